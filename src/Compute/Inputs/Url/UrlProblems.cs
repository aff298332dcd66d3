using System.Globalization;
using System.Net;
using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>What can go wrong with a download, in words that name the URL without the password that may stand in it.</summary>
internal static class UrlProblems
{
    public static EngineException Status(Uri url, HttpStatusCode status) => new(
        new ExecutionProblem(
            status is HttpStatusCode.NotFound or HttpStatusCode.Gone ? "Url:NotFound" : status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "Url:Denied" : "Url:Status",
            string.Create(CultureInfo.InvariantCulture, $"{Show(url)} was answered with {(int)status} {status}"),
            status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "Look at the credentials in the URL." : "Look at the URL."),
        isRefusal: IsForGood(status));

    public static EngineException Forbidden(Uri url, string why) => new(
        new ExecutionProblem("Url:AddressNotAllowed", $"{Show(url)} may not be downloaded: {why}"), isRefusal: true);

    public static EngineException BadRedirect(Uri url, string to) => new(
        new ExecutionProblem("Url:BadRedirect", $"{Show(url)} leads to '{to}', which is no http or https URL"), isRefusal: true);

    public static EngineException TooManyRedirects(Uri url, int most) => new(
        new ExecutionProblem("Url:TooManyRedirects", string.Create(CultureInfo.InvariantCulture, $"{Show(url)} leads from one URL to the next, more than {most} times")), isRefusal: true);

    public static EngineException TooLarge(Uri url, long most) => new(
        new ExecutionProblem(
            "Url:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"{Show(url)} has more than the {most} bytes that are left of the disk the task asks for"),
            "Raise Resources.Disk of the task."),
        isRefusal: true);

    public static EngineException BrokeOff(Uri url, long bytes, string why, Exception? inner) => new(
        new ExecutionProblem("Url:BrokeOff", string.Create(CultureInfo.InvariantCulture, $"{Show(url)} could not be downloaded; after {bytes} bytes: {why}")), isRefusal: false, inner);

    /// <summary>Whether a server that answers so will do it again.</summary>
    private static bool IsForGood(HttpStatusCode status) =>
        (int)status is >= 300 and < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Locked);

    private static string Show(Uri url) => url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
}
