namespace Bacalhau.Protocol.Http.Client;

/// <summary>Where an API is and how to reach it.</summary>
/// <param name="Address">Scheme, host and port.</param>
/// <param name="Authorization">Value of the Authorization header; empty for none.</param>
/// <param name="IsInsecure">Whether the server's certificate is not verified.</param>
/// <param name="CAFile">Certificate authority to trust instead of the system's; empty for none.</param>
public sealed record ApiConnection(Uri Address, string Authorization = "", bool IsInsecure = false, string CAFile = "")
{
    /// <summary>The address as people write it, without a slash at the end.</summary>
    public string AddressText => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>The connection without its secret.</summary>
    public override string ToString() => AddressText;
}
