namespace Bacalhau.Cli.Profiles;

/// <summary>A saved connection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Endpoint">Address of the API.</param>
/// <param name="Description">What it is, for people.</param>
/// <param name="Timeout">Kept for compatibility; requests have no time limit.</param>
/// <param name="Token">Token to send; empty for none.</param>
/// <param name="IsInsecure">Whether the server's certificate is not verified.</param>
internal sealed record Profile(string Name, string Endpoint, string Description, string Timeout, string Token, bool IsInsecure)
{
    /// <summary>The profile without its token.</summary>
    public override string ToString() => $"{Name} ({Endpoint})";
}
