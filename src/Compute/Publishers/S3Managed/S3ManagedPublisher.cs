using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Results;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Publishers.S3Managed;

/// <summary>
/// Puts results as tar.gz into the orchestrator's bucket, for which the node needs no credentials: the orchestrator gives it an address for each. What is sent with one
/// request has to tell its length before, so the archive is made on the node's disk first.
/// </summary>
/// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
/// <param name="findAddress">Asks the orchestrator for an address: of an execution's result, to delete it or to put it. Null is no answer.</param>
/// <param name="options">How to send.</param>
/// <param name="clock">Clock of pauses.</param>
public sealed class S3ManagedPublisher(
    HttpClient http, Func<ExecutionId, bool, CancellationToken, Task<AddressAnswer?>> findAddress, S3ManagedOptions options, TimeProvider clock) : IPublisher
{
    /// <inheritdoc/>
    public string Name => PublisherTypes.S3Managed;

    /// <summary>Makes the folder, and clears what an earlier life of the node did not finish; called once, before any result is published.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public void Open()
    {
        Directory.CreateDirectory(options.Folder);
        foreach (var file in Directory.EnumerateFiles(options.Folder))
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) =>
        Task.FromResult(Directory.Exists(options.Folder) ? null : $"the folder for archives '{options.Folder}' does not exist");

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    /// <inheritdoc/>
    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var path = Path.Combine(options.Folder, $"{Guid.NewGuid():N}");
        try
        {
            await using var archive = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
            await using var limited = new LimitedStream(archive, options.MostBytes, TooLarge);
            var metadata = await ResultArchive.WriteAsync(request.Folder, limited, request.Warnings, progress, cancellation);
            await archive.FlushAsync(cancellation);
            await SendAsync(request.Execution, archive, grant, cancellation);
            return new PublishedResult { Type = PublisherTypes.S3Managed, Params = ParamsOf(request.Target), Metadata = metadata };
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public async Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        var answer = await findAddress(target.Execution, true, cancellation);
        if (answer is null or { TryLater: true })
        {
            throw Failed("the orchestrator gives no address to delete it at now", answer?.Reason);
        }

        if (answer.Url.Length > 0)
        {
            using var response = await AskAsync(new HttpRequestMessage(HttpMethod.Delete, answer.Url), cancellation);
        }
    }

    private async Task SendAsync(ExecutionId execution, FileStream archive, Func<CancellationToken, Task> grant, CancellationToken cancellation)
    {
        var pause = options.FirstPause;
        for (var failures = 0; ;)
        {
            await grant(cancellation);
            try
            {
                await TrySendAsync(execution, archive, cancellation);
                return;
            }
            catch (EngineException exception) when (!exception.IsRefusal && failures++ < options.MaxRetryCount)
            {
                await Task.Delay(pause, clock, cancellation);
                pause *= 2;
            }
        }
    }

    private async Task TrySendAsync(ExecutionId execution, FileStream archive, CancellationToken cancellation)
    {
        var answer = await findAddress(execution, false, cancellation);
        if (answer is not { Url.Length: > 0 })
        {
            throw Failed("the orchestrator gives no address for it", answer?.Reason ?? "it does not answer", isRefusal: answer is { TryLater: false });
        }

        archive.Position = 0;
        using var request = new HttpRequestMessage(HttpMethod.Put, answer.Url) { Content = new StreamContent(new KeptOpenStream(archive)) };
        request.Content.Headers.ContentLength = archive.Length;
        using var response = await AskAsync(request, cancellation);
    }

    /// <summary>Asks the object store. Its address holds a signature, and is not told.</summary>
    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var host = request.RequestUri!.Host;
        try
        {
            var response = await http.SendAsync(request, cancellation);
            return response.IsSuccessStatusCode
                ? response
                : throw Failed(string.Create(CultureInfo.InvariantCulture, $"{host} answers {(int)response.StatusCode} {response.ReasonPhrase}"), null);
        }
        catch (HttpRequestException exception)
        {
            throw Failed(exception.InnerException is Network.ForbiddenAddressException forbidden ? forbidden.Message : exception.Message, null, exception.InnerException is Network.ForbiddenAddressException);
        }
    }

    private EngineException TooLarge() => new(
        new ExecutionProblem(
            "S3Managed:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"the archive of the results has more than {options.MostBytes} bytes, the most that the publisher s3managed can send"),
            "Publish less, or take the publisher s3, which has no such limit."),
        isRefusal: true);

    private static EngineException Failed(string what, string? why, bool isRefusal = false) => new(
        new ExecutionProblem("S3Managed:NotSent", $"the result was not brought to the orchestrator's bucket: {what}{(string.IsNullOrEmpty(why) ? "" : $": {why}")}"), isRefusal);

    private static ImmutableSortedDictionary<string, JsonElement> ParamsOf(PublishTarget target) => ImmutableSortedDictionary<string, JsonElement>.Empty
        .WithComparers(StringComparer.Ordinal)
        .Add("ExecutionID", ParamText.Of(target.Execution.Value))
        .Add("JobID", ParamText.Of(target.Job.Value));
}
