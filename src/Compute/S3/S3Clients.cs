using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Bacalhau.Compute.S3;

/// <summary>Clients of S3, one for each place and identity. All connect as downloads for jobs do.</summary>
/// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
internal sealed class S3Clients(HttpClient http) : IDisposable
{
    /// <summary>Jobs name places, so there is no end of them; a client is cheap, as its connections are not its own.</summary>
    private const int MostKept = 100;

    private readonly Lock gate = new();
    private readonly Dictionary<(S3Place Place, string Identity), AmazonS3Client> clients = [];

    /// <summary>The client for a place.</summary>
    public AmazonS3Client Of(S3Place place, S3Keys keys)
    {
        lock (gate)
        {
            if (!clients.TryGetValue((place, keys.Identity), out var client))
            {
                if (clients.Count >= MostKept)
                {
                    clients.Clear();
                }

                clients[(place, keys.Identity)] = client = new AmazonS3Client(keys.Credentials, ConfigOf(place));
            }

            return client;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var client in clients.Values)
            {
                client.Dispose();
            }

            clients.Clear();
        }
    }

    private AmazonS3Config ConfigOf(S3Place place)
    {
        var config = new AmazonS3Config
        {
            HttpClientFactory = new OneClient(http),
            AllowAutoRedirect = false,
            MaxErrorRetry = 0,
            IgnoreConfiguredEndpointUrls = true,

            // Look-alikes of S3 do not know the checksums that the library asks for by default; what comes is compared with what was promised.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (place.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = place.Region;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(place.Region);
        }

        return config;
    }

    /// <summary>The node's own client, which outlives all of these.</summary>
    private sealed class OneClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
