using Bacalhau.Core;

namespace Bacalhau.Orchestrator.Results;

/// <summary>Results of the publisher <c>s3managed</c>: objects of the orchestrator's own bucket, which nodes write to and clients read from with addresses that it gives them.</summary>
/// <param name="Signer">Makes the addresses.</param>
/// <param name="Bucket">The bucket (<c>Publishers.Types.S3Managed.Bucket</c>).</param>
/// <param name="Prefix">What all keys begin with, without a slash at its end; empty for nothing (<c>Publishers.Types.S3Managed.Key</c>).</param>
/// <param name="Region">Its region (<c>Publishers.Types.S3Managed.Region</c>).</param>
/// <param name="Endpoint">Address of the service; null for AWS (<c>Publishers.Types.S3Managed.Endpoint</c>).</param>
/// <param name="Expiration">How long an address to read from is good (<c>Publishers.Types.S3Managed.PreSignedURLExpiration</c>).</param>
public sealed record ManagedResults(IObjectSigner Signer, string Bucket, string Prefix, string Region, Uri? Endpoint, TimeSpan Expiration)
{
    /// <summary>How long an address that a node gets is good: it is used at once. It only has to be when the request begins.</summary>
    private static readonly TimeSpan _nodeExpiration = TimeSpan.FromMinutes(5);

    /// <summary>An address of an execution's result for a node.</summary>
    /// <exception cref="ObjectStoreException">There is none.</exception>
    public Task<Uri?> SignForNodeAsync(JobId job, ExecutionId execution, ObjectUse use, CancellationToken cancellation) =>
        Signer.SignAsync(PlaceOf(job, execution), use, _nodeExpiration, cancellation);

    /// <summary>An address of an execution's result to read from.</summary>
    /// <exception cref="ObjectStoreException">There is none.</exception>
    public Task<Uri?> SignAsync(JobId job, ExecutionId execution, CancellationToken cancellation) =>
        Signer.SignAsync(PlaceOf(job, execution), ObjectUse.Get, Expiration, cancellation);

    private ObjectPlace PlaceOf(JobId job, ExecutionId execution) =>
        new(Endpoint, Region, Bucket, $"{Prefix}{(Prefix.Length > 0 ? "/" : "")}{job}/{execution}.tar.gz");
}
