using System.Globalization;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>What S3 answers to who uploads, as a test needs it where the server's side of it does not matter.</summary>
internal static class FakeUploads
{
    private const string Xml = "Content-Type: application/xml";

    /// <summary>Whether an object is to be made of its parts.</summary>
    public static bool IsCompletion(string asked) => asked.StartsWith("POST", StringComparison.Ordinal) && asked.Contains("uploadId=u", StringComparison.Ordinal);

    /// <summary>The answer.</summary>
    /// <param name="asked">Method and target.</param>
    /// <param name="number">Differs from request to request.</param>
    /// <param name="ownerOfObject">Execution whose object is there; empty for none.</param>
    public static (string Status, string Head, string Body) AnswerTo(string asked, int number, string ownerOfObject = "") => asked switch
    {
        _ when asked.StartsWith("GET", StringComparison.Ordinal) =>
            ("200 OK", Xml, "<ListMultipartUploadsResult><Bucket>b</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>"),
        _ when IsCompletion(asked) => ("200 OK", Xml, "<CompleteMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><ETag>x</ETag></CompleteMultipartUploadResult>"),
        _ when asked.StartsWith("POST", StringComparison.Ordinal) =>
            ("200 OK", Xml, "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
        _ when asked.StartsWith("DELETE", StringComparison.Ordinal) => ("204 No Content", "", ""),
        _ when asked.StartsWith("HEAD", StringComparison.Ordinal) =>
            ownerOfObject.Length > 0 ? ("200 OK", $"x-amz-meta-bacalhau-execution: {ownerOfObject}", "") : ("404 Not Found", "", ""),
        _ => ("200 OK", string.Create(CultureInfo.InvariantCulture, $"ETag: \"{number}\""), ""),
    };
}
