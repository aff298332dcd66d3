using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Simulation.Cluster;

/// <summary>Data on a simulated machine: some lies there from the begin, the rest is fetched, which takes its time, and stays.</summary>
internal sealed class SimulatedInputs(SimulationWorld world, NodeId node, IEnumerable<int> atFirst) : IInputSource
{
    /// <summary>Number of different data.</summary>
    public const int Count = 6;

    private const long Bytes = 100_000_000;
    private static readonly TimeSpan _fetchTime = TimeSpan.FromSeconds(2);
    private readonly HashSet<string> held = [.. atFirst.Select(number => $"d{number}")];

    public IReadOnlyList<string> Names { get; } = ["data"];

    /// <summary>An input of this kind, as it stands in a job.</summary>
    public static string Json(int number) => $"{{\"Target\":\"/data\",\"Source\":{{\"Type\":\"data\",\"Params\":{{\"Name\":\"d{number}\"}}}}}}";

    /// <summary>Clock of the process that fetches.</summary>
    public TimeProvider Clock { get; set; } = world.Clock;

    /// <summary>What was on the machine's disk is gone.</summary>
    public void Lose() => held.Clear();

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation) =>
        Task.FromResult(held.Contains(NameOf(question.Source)) ? new DataAnswer { Bytes = Bytes, TotalBytes = Bytes } : null);

    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var name = NameOf(request.Input.Source);
        var isHere = held.Contains(name);
        if (!isHere)
        {
            await Task.Delay(_fetchTime, Clock, cancellation);
            held.Add(name);
            world.Trace.Add($"{node} has fetched {name}");
        }

        return new Mount("/data/" + name, request.Input.Target, Writable: false) { Bytes = isHere ? new InputBytes(Bytes, 0) : new InputBytes(0, Bytes) };
    }

    private static string NameOf(SpecConfig? source) => source!.Params["Name"].GetString()!;
}
