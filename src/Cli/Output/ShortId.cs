namespace Bacalhau.Cli.Output;

/// <summary>Shortens ids for tables.</summary>
internal static class ShortId
{
    /// <summary><c>x-</c> and eight digits of an id, eight of a bare UUID; anything else stays.</summary>
    public static string Of(string id) => id.Length == 38 && id[1] == '-' ? id[..10]
        : id.Length == 36 && Guid.TryParse(id, out _) ? id[..8]
        : id;

    /// <summary>As <see cref="Of"/>, and eight characters of an IPFS peer.</summary>
    public static string OfNode(string id) => id.Length == 46 && id.StartsWith("Qm", StringComparison.Ordinal) ? id[..8] : Of(id);
}
