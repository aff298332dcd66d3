using Amazon.S3;

namespace Bacalhau.Compute.S3;

/// <summary>A bucket, as one input or publisher sees it.</summary>
/// <param name="Client">What asks.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Identity">Who asks; empty for anybody.</param>
/// <param name="KeysWithheld">Whether the node has credentials that do not go there.</param>
internal sealed record JobBucket(AmazonS3Client Client, S3Place Place, string Name, string Identity, bool KeysWithheld)
{
    /// <summary>What is done with its objects, in a message: "fetched", or "written".</summary>
    public string Done { get; init; } = "fetched";

    /// <summary>How something in it is named in messages.</summary>
    public string Show(string key) => $"s3://{Name}/{key}";
}
