namespace Bacalhau.Compute.Inputs.S3;

/// <summary>An object as it was found, which it has to be still when it is fetched.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">Its version; empty for the newest.</param>
/// <param name="Tag">What tells its content from any other; empty if the server does not say.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record S3Item(string Key, string Version, string Tag, long Bytes);
