using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>Inputs that are one file behind an HTTP or HTTPS URL, which the program finds in the folder that is the input's target, under the file's name.</summary>
/// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
/// <param name="cache">Where what was downloaded is kept.</param>
/// <param name="options">How to download.</param>
/// <param name="clock">Clock of pauses and limits.</param>
public sealed class UrlInputSource(HttpClient http, InputCache cache, UrlInputOptions options, TimeProvider clock) : IInputSource
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [InputTypes.Url.ToLowerInvariant()];

    /// <inheritdoc/>
    public IReadOnlyList<string> AskedAs { get; } = [DataNeeds.UrlDigest.ToLowerInvariant()];

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult(Read(input).Problem);

    /// <inheritdoc/>
    public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation)
    {
        var digest = question.Source!.Params.TryGetValue("SHA256", out var value) ? value.ToString() : "";
        var bytes = cache.FindBeneath(UrlContent.LocationOf(digest)).Select(held => held.Bytes).DefaultIfEmpty().Max();
        return Task.FromResult<DataAnswer?>(bytes == 0 ? null : new DataAnswer { Bytes = bytes, TotalBytes = bytes });
    }

    /// <inheritdoc/>
    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (url, problem) = Read(request.Input);
        if (url is null)
        {
            throw new EngineException(problem!, isRefusal: true);
        }

        var file = Path.Combine(request.Folder, "content");
        var entry = await cache.PlaceAsync(new UrlContent(http, options, url.Url, clock), file, request.MostBytes, progress, cancellation);
        return new Mount(file, $"{request.Input.Target.TrimEnd('/')}/{entry.Name}", Writable: false) { Bytes = entry.Moved };
    }

    private static (UrlInputParams? Url, ExecutionProblem? Problem) Read(InputSource input)
    {
        var read = UrlInputParams.Read(input.Source ?? new SpecConfig());
        return (read.Value, BadParameters.Of("Url", read.Problems));
    }
}
