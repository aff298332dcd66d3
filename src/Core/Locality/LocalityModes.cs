namespace Bacalhau.Core.Locality;

/// <summary>Values of a job's <c>Locality</c>.</summary>
public static class LocalityModes
{
    /// <summary>Nodes that hold the data rank higher, and are waited for a short time; the default.</summary>
    public const string Prefer = "prefer";

    /// <summary>Only nodes that hold the data.</summary>
    public const string Require = "require";

    /// <summary>Nobody is asked where the data is.</summary>
    public const string Ignore = "ignore";
}
