using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>Where an execution's results go.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">Key of the archive, or what the keys of all files begin with.</param>
/// <param name="Params">As the job gives it.</param>
/// <param name="Execution">Whose results they are.</param>
internal sealed record S3Target(JobBucket Bucket, string Key, S3PublisherParams Params, ExecutionId Execution)
{
    /// <summary>Name of the metadata of each object that says whose it is: another may have overwritten it since, and is not to be deleted.</summary>
    private const string Owner = "bacalhau-execution";

    /// <summary>Marks an object as this execution's.</summary>
    public void Mark(Amazon.S3.Model.MetadataCollection metadata) => metadata.Add(Owner, Execution.Value);

    /// <summary>Whether an object is this execution's.</summary>
    public bool IsMine(Amazon.S3.Model.MetadataCollection metadata) => metadata[Owner] == Execution.Value;
}
