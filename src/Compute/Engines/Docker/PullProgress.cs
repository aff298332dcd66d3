using Bacalhau.Core.Executions;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Adds up the layers of a pull. The messages come in order, on one thread at a time.</summary>
internal sealed class PullProgress(IProgress<ExecutionProgress> progress, Action heard) : IProgress<JSONMessage>
{
    private readonly Dictionary<string, (long Done, long Total)> layers = new(StringComparer.Ordinal);

    /// <summary>What the daemon said went wrong; null if nothing did.</summary>
    public string? Error { get; private set; }

    /// <inheritdoc/>
    public void Report(JSONMessage value)
    {
        heard();
        Error ??= value.Error?.Message;
        if (string.IsNullOrEmpty(value.ID))
        {
            return;
        }

        if (value.Status == "Downloading" && value.Progress is { Total: > 0 } at)
        {
            layers[value.ID] = (at.Current ?? 0, at.Total.Value);
        }
        else if (value.Status is "Download complete" or "Pull complete" or "Extracting" && layers.TryGetValue(value.ID, out var layer))
        {
            layers[value.ID] = (layer.Total, layer.Total);
        }
        else
        {
            return;
        }

        progress.Report(new ExecutionProgress("pulling image", layers.Values.Sum(layer => layer.Done), layers.Values.Sum(layer => layer.Total), "bytes"));
    }
}
