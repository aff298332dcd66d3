using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Simulation.Cluster;

/// <summary>Data on a simulated machine: some lies there from the begin, the rest is fetched, which takes its time, and stays. A job may divide it over its partitions.</summary>
internal sealed class SimulatedInputs(SimulationWorld world, NodeId node, IEnumerable<int> atFirst) : IInputSource
{
    /// <summary>Number of different data.</summary>
    public const int Count = 6;

    private const long Bytes = 100_000_000;
    private static readonly TimeSpan _fetchTime = TimeSpan.FromSeconds(2);
    private readonly HashSet<string> held = [.. atFirst.Select(number => $"d{number}")];

    public IReadOnlyList<string> Names { get; } = ["data", InputTypes.S3];

    /// <summary>An input of this kind, as it stands in a job.</summary>
    public static string Json(int number, bool isDivided) => isDivided
        ? $"{{\"Target\":\"/data\",\"Source\":{{\"Type\":\"s3\",\"Params\":{{\"Bucket\":\"d{number}\",\"Key\":\"p/*\",\"Partition\":{{\"Type\":\"object\"}}}}}}}}"
        : $"{{\"Target\":\"/data\",\"Source\":{{\"Type\":\"data\",\"Params\":{{\"Name\":\"d{number}\"}}}}}}";

    /// <summary>Clock of the process that fetches.</summary>
    public TimeProvider Clock { get; set; } = world.Clock;

    /// <summary>What was on the machine's disk is gone.</summary>
    public void Lose() => held.Clear();

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation)
    {
        var name = NameOf(question.Source);
        var parts = Enumerable.Range(0, question.Partitions).Where(part => IsHere(name, part, question.Partitions)).Select(part => new DataPart(part, Bytes / question.Partitions)).ToList();
        return Task.FromResult(
            parts.Count == 0 ? null
            : question.Partitions == 1 ? new DataAnswer { Bytes = Bytes, TotalBytes = Bytes }
            : new DataAnswer { Bytes = parts.Sum(part => part.Bytes), Parts = [.. parts] });
    }

    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var count = request.Input.Source!.Type == InputTypes.S3 ? request.PartitionCount : 1;
        var (name, part) = (NameOf(request.Input.Source), PartOf(NameOf(request.Input.Source), request.Partition, count));
        var isHere = IsHere(name, request.Partition, count);
        if (!isHere)
        {
            await Task.Delay(_fetchTime / count, Clock, cancellation);
            held.Add(part);
            world.Trace.Add($"{node} has fetched {part}");
        }

        return new Mount("/data/" + part, request.Input.Target, Writable: false) { Bytes = isHere ? new InputBytes(Bytes / count, 0) : new InputBytes(0, Bytes / count) };
    }

    private bool IsHere(string name, int partition, int count) => held.Contains(name) || held.Contains(PartOf(name, partition, count));

    private static string PartOf(string name, int partition, int count) => count == 1 ? name : $"{name}/{partition}of{count}";

    private static string NameOf(SpecConfig? source) => source!.Params[source.Type == InputTypes.S3 ? "Bucket" : "Name"].GetString()!;
}
