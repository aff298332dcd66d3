using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>An input that comes when a test says so, and reports what the test says.</summary>
internal sealed class SlowInput : IInputSource
{
    private readonly TaskCompletionSource arrived = new();

    public IProgress<ExecutionProgress>? Progress { get; private set; }

    public InputRequest? Request { get; private set; }

    public IReadOnlyList<string> Names { get; } = ["slow"];

    /// <summary>A task of the fake engine with such an input.</summary>
    public static TaskSpec Task(TimeoutConfig? timeouts = null) => NodeRig.Task() with
    {
        InputSources = [new InputSource { Source = new SpecConfig { Type = "slow" }, Target = "/in" }],
        Timeouts = timeouts,
    };

    public void Arrive() => arrived.SetResult();

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => System.Threading.Tasks.Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) =>
        System.Threading.Tasks.Task.FromResult<ExecutionProblem?>(null);

    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        (Request, Progress) = (request, progress);
        await arrived.Task.WaitAsync(cancellation);
        return new Mount(request.Folder, request.Input.Target, Writable: false);
    }
}
