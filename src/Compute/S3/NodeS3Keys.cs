using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;

namespace Bacalhau.Compute.S3;

/// <summary>Finds the node's credentials, as programs for AWS do: variables, shared files, then the role of the container or machine. Where there are none, requests are anonymous.</summary>
/// <param name="variable">The node's environment variables.</param>
/// <param name="clock">Clock of when to look again.</param>
public sealed class NodeS3Keys(Func<string, string?> variable, TimeProvider clock)
{
    private static readonly TimeSpan _roleTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _lookAgainAfter = TimeSpan.FromMinutes(5);
    private readonly Lock gate = new();
    private Task<S3Keys>? found;
    private DateTimeOffset lookedAt;
    private volatile bool hasNone;

    /// <summary>Finds them. What there is renews itself; where there are none, it is looked again from time to time.</summary>
    public Task<S3Keys> FindAsync()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var isStale = found is { IsCompletedSuccessfully: true } && hasNone && now - lookedAt > _lookAgainAfter;
            if (found is null or { IsFaulted: true } || isStale)
            {
                // The library looks for a role on the thread that asks, which may be one that starts a node.
                (found, lookedAt) = (FromVariables() is { } keys ? Task.FromResult(keys) : Task.Run(LookAsync), now);
            }

            return found;
        }
    }

    private async Task<S3Keys> LookAsync()
    {
        var keys = FromFiles() ?? await FromRoleAsync() ?? S3Keys.Anonymous;
        hasNone = keys.AreNone;
        return keys;
    }

    private S3Keys? FromVariables()
    {
        if (variable("AWS_ACCESS_KEY_ID") is not { Length: > 0 } id || variable("AWS_SECRET_ACCESS_KEY") is not { Length: > 0 } secret)
        {
            return null;
        }

        return variable("AWS_SESSION_TOKEN") is { Length: > 0 } token
            ? new S3Keys(new SessionAWSCredentials(id, secret, token), AreStatic: false, "session " + id)
            : new S3Keys(new BasicAWSCredentials(id, secret), AreStatic: true, "key " + id);
    }

    private S3Keys? FromFiles()
    {
        var profile = variable("AWS_PROFILE") is { Length: > 0 } name ? name : "default";
        if (!new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials))
        {
            return null;
        }

        return credentials is BasicAWSCredentials fixedKeys
            ? new S3Keys(credentials, AreStatic: true, "key " + fixedKeys.GetCredentials().AccessKey)
            : new S3Keys(credentials, AreStatic: false, "profile " + profile);
    }

    /// <summary>Outside of a cloud nothing answers.</summary>
    private static async Task<S3Keys?> FromRoleAsync()
    {
        try
        {
            var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().WaitAsync(_roleTime);
            await credentials.GetCredentialsAsync().WaitAsync(_roleTime);
            return new S3Keys(credentials, AreStatic: false, "role");
        }
        catch (Exception exception) when (exception is AmazonClientException or HttpRequestException or IOException or TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            return null;
        }
    }
}
