using Amazon.S3;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>A bucket, as one input sees it.</summary>
/// <param name="Client">What asks.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Identity">Who asks; empty for anybody.</param>
/// <param name="KeysWithheld">Whether the node has credentials that do not go there.</param>
internal sealed record S3Bucket(AmazonS3Client Client, S3Place Place, string Name, string Identity, bool KeysWithheld)
{
    /// <summary>How something in it is named in messages.</summary>
    public string Show(string key) => $"s3://{Name}/{key}";
}

/// <summary>An object as it was found, which it has to be still when it is fetched.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">Its version; empty for the newest.</param>
/// <param name="Tag">What tells its content from any other; empty if the server does not say.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record S3Item(string Key, string Version, string Tag, long Bytes);
