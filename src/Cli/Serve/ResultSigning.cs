using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.S3;
using Bacalhau.Orchestrator.Results;

namespace Bacalhau.Cli.Serve;

/// <summary>Gives the orchestrator what it needs of S3, which the compute side knows.</summary>
internal sealed class ResultSigning : IDisposable
{
    private readonly JobAccess access;
    private readonly List<S3Signer> signers = [];

    /// <summary>As the orchestrator is configured.</summary>
    public ResultSigning(NodeConfig config, Func<string, string?> variable, TimeProvider clock)
    {
        access = JobAccess.Of(config, variable, clock);
        var publishers = config.Publishers;
        Options = new ResultOptions
        {
            Signer = publishers.S3.PreSignedUrlDisabled ? null : SignerFor(access.S3, clock),
            Expiration = publishers.S3.PreSignedUrlExpiration > TimeSpan.Zero ? publishers.S3.PreSignedUrlExpiration : ResultOptions.DefaultExpiration,
            Managed = publishers.S3Managed.Bucket.Length > 0 ? ManagedOf(publishers.S3Managed, clock) : null,
        };
    }

    /// <summary>How clients come by results.</summary>
    public ResultOptions Options { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        signers.ForEach(signer => signer.Dispose());
        access.Dispose();
    }

    /// <summary>The endpoint of the orchestrator's bucket is its operator's, and gets all of its credentials.</summary>
    private ManagedResults ManagedOf(S3ManagedConfig config, TimeProvider clock)
    {
        var endpoint = config.Endpoint.Length > 0 ? new Uri(config.Endpoint) : null;
        var signer = SignerFor(endpoint is null ? access.S3 : access.S3 with { Endpoint = endpoint }, clock);
        return new ManagedResults(signer, config.Bucket, config.Key.Trim('/'), config.Region, endpoint, config.PreSignedUrlExpiration);
    }

    private Signer SignerFor(S3Options options, TimeProvider clock)
    {
        var signer = new S3Signer(access.Http, access.FindS3Keys, options, clock);
        signers.Add(signer);
        return new Signer(signer);
    }

    private sealed class Signer(S3Signer signer) : IObjectSigner
    {
        public Task<Uri?> SignAsync(ObjectPlace place, ObjectUse use, TimeSpan expiration, CancellationToken cancellation)
        {
            var method = use switch
            {
                ObjectUse.Put => HttpMethod.Put,
                ObjectUse.Delete => HttpMethod.Delete,
                _ => HttpMethod.Get,
            };
            return ToldAsync(() => signer.SignAsync(place.Endpoint, place.Region, place.Bucket, place.Key, method, expiration, cancellation));
        }

        public async Task<IReadOnlyList<FoundObject>?> ListAsync(ObjectPlace place, int most, CancellationToken cancellation)
        {
            var found = await ToldAsync(() => signer.ListAsync(place.Endpoint, place.Region, place.Bucket, place.Key, most, cancellation));
            return found is null ? null : [.. found.Select(item => new FoundObject(item.Key, item.Bytes))];
        }

        private static async Task<T> ToldAsync<T>(Func<Task<T>> ask)
        {
            try
            {
                return await ask();
            }
            catch (EngineException exception)
            {
                throw new ObjectStoreException(exception.Problem.Message, exception);
            }
        }
    }
}
