using System.Globalization;
using System.Net;
using System.Xml;
using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.S3;

/// <summary>What can go wrong with objects, in words that name bucket and key.</summary>
internal static class S3Problems
{
    private const string ChangedCode = "S3:Changed";
    private const string ObjectDetail = "Object";

    /// <summary>Errors with a status of those that last, which pass nevertheless.</summary>
    private static readonly string[] _passing = ["ExpiredToken", "RequestTimeTooSkewed", "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"];

    public static ExecutionProblem BucketNotAllowed(string bucket) => new(
        "S3:BucketNotAllowed", $"the bucket '{bucket}' is not allowed for jobs on this node", "Ask the node's operator to add it to Compute.S3.Buckets, or choose another node by constraints.");

    public static ExecutionProblem NoRegion(string bucket) => new(
        "S3:NoRegion", $"the region of the bucket '{bucket}' is not known: neither the job nor the node names one", "Give it as Region.");

    public static EngineException BadNodeSettings(Exception exception) => new(
        new ExecutionProblem("S3:BadNodeSettings", $"the node's settings for AWS cannot be used: {exception.Message}", "The node's operator looks at its variables AWS_… and its files in .aws."), isRefusal: true, exception);

    public static EngineException TooLarge(string what, long most) => new(
        new ExecutionProblem(
            "S3:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"{what} has more than the {most} bytes that are left of the disk the task asks for"),
            "Raise Resources.Disk of the task, or choose fewer objects by Key, Filter or Partition."),
        isRefusal: true);

    public static EngineException TooMany(string what, string limit) => new(
        new ExecutionProblem("S3:TooManyObjects", $"{what} has more than {limit}", "Choose fewer by a longer Key or a Filter, or put many small objects into an archive."), isRefusal: true);

    public static EngineException NothingFound(string what, string filter) => new(
        filter.Length == 0
            ? new ExecutionProblem("S3:NotFound", $"{what} has no objects", "Look at Bucket and Key.")
            : new ExecutionProblem("S3:NotFound", $"{what} has no objects that match the filter '{filter}'", "Look at Key and Filter, which is compared with what follows the prefix."),
        isRefusal: true);

    public static EngineException BadName(string what, string why) => new(
        new ExecutionProblem("S3:BadName", $"{what} cannot be a file of the input: {why}", "Leave it out by Key or Filter, or rename the object."), isRefusal: true);

    public static EngineException ChecksumMismatch(string what, string found, string wanted) => new(
        new ExecutionProblem(
            "S3:ChecksumMismatch",
            $"{what} has the SHA-256 {Base64(found)} and not {Base64(wanted)}",
            "Correct ChecksumSHA256, or look who has changed the object."),
        isRefusal: true);

    public static EngineException Changed(string what) => new(
        new ExecutionProblem(ChangedCode, $"{what} was changed or removed while it was fetched", "Submit the job when it is no longer written to.") { Details = TextMap.Empty.Add(ObjectDetail, what) },
        isRefusal: false);

    /// <summary>The same, where what was found is not found anew.</summary>
    public static EngineException NotAsListed(EngineException change) => new(
        new ExecutionProblem(
            "S3:NotAsListed",
            $"{change.Problem.Details[ObjectDetail]} was changed or removed since the objects of this version of the job were listed, and all its executions read what was listed",
            "Run the job again (bacalhau job rerun), or submit it anew, which lists them anew; best when they are no longer written to."),
        isRefusal: false,
        change);

    public static EngineException BadList(string what, string why) => new(
        new ExecutionProblem("S3:BadList", $"the list of the objects of {what} that all executions of this version of the job read cannot be used: {why}", "Run the job again (bacalhau job rerun), which lists them anew."),
        isRefusal: true);

    /// <summary>Whether what was found is no longer so, and is worth finding anew.</summary>
    public static bool IsChange(EngineException exception) => exception.Problem.Code == ChangedCode;

    public static EngineException BrokeOff(string what, string why, Exception? inner = null, string done = "fetched") => new(
        new ExecutionProblem("S3:BrokeOff", $"{what} could not be {done}: {why}"), isRefusal: false, inner);

    /// <summary>What an exception of the library or the network says; null if it is none of them.</summary>
    public static EngineException? Translate(JobBucket bucket, string what, Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is ForbiddenAddressException)
            {
                return new EngineException(new ExecutionProblem("S3:AddressNotAllowed", $"{what} may not be {bucket.Done}: {cause.Message}"), isRefusal: true, exception);
            }
        }

        return exception switch
        {
            NotKeptException => null,
            AmazonUnmarshallingException or XmlException or FormatException or ArgumentException => BrokeOff(what, "the server's answer cannot be understood", exception, bucket.Done),
            AmazonServiceException { StatusCode: > 0 } answer => Status(bucket, what, answer),
            AmazonServiceException or AmazonClientException or HttpRequestException or IOException => BrokeOff(what, Innermost(exception).Message + At(bucket), exception, bucket.Done),
            _ => null,
        };
    }

    private static EngineException Status(JobBucket bucket, string what, AmazonServiceException answer)
    {
        var code = string.IsNullOrEmpty(answer.ErrorCode) ? $"{answer.StatusCode}" : answer.ErrorCode;
        var said = string.Create(CultureInfo.InvariantCulture, $"{what} was answered with {(int)answer.StatusCode} {code}");
        var (kind, hint) = answer.StatusCode switch
        {
            HttpStatusCode.NotFound => ("S3:NotFound", code == "NoSuchBucket" ? "There is no such bucket: look at Bucket, Region and Endpoint." : "Look at Bucket and Key; a folder needs a / at its end."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ("S3:Denied", DeniedHint(bucket)),
            HttpStatusCode.PreconditionFailed => (ChangedCode, ""),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => ("S3:WrongRegion", "The bucket is in another region: give it as Region."),
            HttpStatusCode.BadRequest => ("S3:BadRequest", "Look at the parameters."),
            _ => ("S3:Status", ""),
        };
        return kind == ChangedCode ? Changed(what) : new EngineException(new ExecutionProblem(kind, said, hint), IsForGood(answer.StatusCode, code), answer);
    }

    private static string DeniedHint(JobBucket bucket) =>
        bucket.KeysWithheld ? "The node has credentials, which do not go to an endpoint that a job names: its operator sees Compute.S3.AllowJobEndpoints."
        : bucket.Identity.Length == 0 ? $"The node has no AWS credentials: give it some{(bucket.Done == "fetched" ? ", or make the object public" : "")}."
        : "Look at what the node's AWS credentials allow.";

    /// <summary>Whether a server that answers so will do it again.</summary>
    private static bool IsForGood(HttpStatusCode status, string code) =>
        (int)status is >= 300 and < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Locked or HttpStatusCode.Conflict) && !_passing.Contains(code);

    private static string At(JobBucket bucket) => bucket.Place.Endpoint is { } endpoint ? $" (at {endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)})" : "";

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    private static string Base64(string hex) => Convert.ToBase64String(Convert.FromHexString(hex));
}
