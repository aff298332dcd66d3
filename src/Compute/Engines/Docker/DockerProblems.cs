using System.Net;
using System.Net.Sockets;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Docker.DotNet;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Turns what the daemon answers into problems with the reference's codes.</summary>
internal static class DockerProblems
{
    private const string IsDaemonUp = "Is the Docker daemon running, and may the node reach its socket?";

    /// <summary>Somebody removed a container of this node.</summary>
    public static ExecutionProblem ContainerGone { get; } =
        new("Docker:ContainerNotFound", "the container was removed from outside", "Do not remove the node's containers by hand.");

    /// <summary>The daemon took the container down with it.</summary>
    public static ExecutionProblem DaemonStopped { get; } =
        new("Docker:DaemonStopped", "the container was ended while the Docker daemon was stopped or restarted", "The daemon's setting live-restore keeps containers running.");

    /// <summary>Whether the daemon itself could not be reached, or broke off.</summary>
    public static bool IsConnectionLoss(Exception e) =>
        e is HttpRequestException or SocketException or IOException or TimeoutException or ObjectDisposedException
        || (e is AggregateException { InnerException: { } inner } && IsConnectionLoss(inner))
        || (e is DockerApiException { StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout });

    /// <summary>Whether an exception comes from the daemon or the way to it.</summary>
    public static bool IsDocker(Exception e) => e is DockerApiException || IsConnectionLoss(e);

    /// <summary>The image's name cannot be read.</summary>
    public static ExecutionProblem ImageInvalid(string image) => WithImage(image, new ExecutionProblem(
        "Docker:ImageInvalid", $"'{image}' is not the name of an image", "Write it as [registry/]name[:tag] or [registry/]name@sha256:digest, in lower case."));

    /// <summary>No registry has the image.</summary>
    public static ExecutionProblem ImageNotFound(string image) => WithImage(image, new ExecutionProblem(
        "Docker:ImageNotFound",
        $"the image '{image}' was not found on the node or in its registry",
        "Check the name and the tag. If the image is private, log the node in to its registry (docker login, or DOCKER_USERNAME and DOCKER_PASSWORD for Docker Hub)."));

    /// <summary>The image is for other machines.</summary>
    public static ExecutionProblem PlatformUnsupported(string image, string imagePlatforms, string nodePlatform) => WithImage(image, new ExecutionProblem(
        "Docker:PlatformUnsupported", $"the image '{image}' is for {imagePlatforms}, this node is {nodePlatform}", "Use an image built for this platform."));

    /// <summary>What went wrong with an image, and whether it is sure to recur.</summary>
    public static (ExecutionProblem Problem, bool IsRefusal) OfImage(string image, Exception e)
    {
        var text = TextOf(e);
        if (e is DockerImageNotFoundException or DockerApiException { StatusCode: HttpStatusCode.NotFound } || IsDenied(text))
        {
            return (ImageNotFound(image), true);
        }

        if (IsUnauthorized(e, text))
        {
            return (WithImage(image, new ExecutionProblem(
                "Docker:Unauthorized", $"the registry of '{image}' asks for a login: {text}", "Log the node in to the registry (docker login).")), true);
        }

        return (WithImage(image, Of(e)), false);
    }

    /// <summary>What went wrong.</summary>
    public static ExecutionProblem Of(Exception e) => e switch
    {
        DockerContainerNotFoundException => ContainerGone,
        DockerApiException { StatusCode: HttpStatusCode.NotFound } => new ExecutionProblem("Docker:NotFound", TextOf(e)),
        DockerApiException { StatusCode: HttpStatusCode.Conflict } => new ExecutionProblem("Docker:Conflict", TextOf(e)),
        DockerApiException { StatusCode: HttpStatusCode.BadRequest } => new ExecutionProblem("Docker:BadRequest", TextOf(e), "Correct the task's parameters or resources."),
        DockerApiException { StatusCode: HttpStatusCode.Unauthorized } => new ExecutionProblem("Docker:Unauthorized", TextOf(e), "Log the node in to the registry (docker login)."),
        DockerApiException { StatusCode: HttpStatusCode.Forbidden } => new ExecutionProblem("Docker:Forbidden", TextOf(e), "The node's user may not do this with the Docker daemon."),
        DockerApiException { StatusCode: HttpStatusCode.InternalServerError } => new ExecutionProblem("Docker:SystemError", TextOf(e), "Look at the log of the Docker daemon."),
        _ when IsConnectionLoss(e) => new ExecutionProblem("Docker:Unavailable", $"the Docker daemon does not answer: {TextOf(e)}", IsDaemonUp),
        _ => new ExecutionProblem("Docker:UnknownError", TextOf(e)),
    };

    /// <summary>The daemon's own words.</summary>
    public static string TextOf(Exception e)
    {
        if (e is not DockerApiException { ResponseBody: { Length: > 0 } body })
        {
            var text = (e.InnerException ?? e).Message;
            // The runtime's word for a unix socket that is not there.
            return e.GetBaseException() is SocketException { SocketErrorCode: SocketError.AddressNotAvailable } missing
                ? text.Replace(missing.Message, "there is no such socket", StringComparison.Ordinal)
                : text;
        }

        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? body : body;
        }
        catch (System.Text.Json.JsonException)
        {
            return body;
        }
    }

    private static bool IsDenied(string text) =>
        text.Contains("manifest unknown", StringComparison.OrdinalIgnoreCase)
        || text.Contains("repository does not exist", StringComparison.OrdinalIgnoreCase)
        || text.Contains("pull access denied", StringComparison.OrdinalIgnoreCase)
        || text.Contains("requested access to the resource is denied", StringComparison.OrdinalIgnoreCase);

    private static bool IsUnauthorized(Exception e, string text) =>
        e is DockerApiException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden }
        || text.Contains("no basic auth credentials", StringComparison.OrdinalIgnoreCase)
        || text.Contains("unauthorized", StringComparison.OrdinalIgnoreCase);

    private static ExecutionProblem WithImage(string image, ExecutionProblem problem) =>
        problem with { Details = TextMap.Empty.Add("Image", image) };
}
