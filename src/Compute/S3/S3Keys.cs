using Amazon.Runtime;

namespace Bacalhau.Compute.S3;

/// <summary>Credentials of the node.</summary>
/// <param name="Credentials">What signs requests.</param>
/// <param name="AreStatic">Whether they are keys that somebody wrote down, and not those of a role or session.</param>
/// <param name="Identity">Tells them from others; it is no secret.</param>
public sealed record S3Keys(AWSCredentials Credentials, bool AreStatic, string Identity)
{
    /// <summary>Requests are not signed.</summary>
    public static readonly S3Keys Anonymous = new(new AnonymousAWSCredentials(), AreStatic: true, "");

    /// <summary>Whether requests are not signed.</summary>
    public bool AreNone => Identity.Length == 0;
}
