using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>An input that is a list of its own, and keeps which one each execution has read.</summary>
internal sealed class ListedInput : IInputSource
{
    public IReadOnlyList<string> Names { get; } = ["listed"];

    /// <summary>What this node finds.</summary>
    public string Content { get; set; } = "what this node has found";

    /// <summary>What the making of a list waits for before it shows progress.</summary>
    public Task BegunAfter { get; set; } = System.Threading.Tasks.Task.CompletedTask;

    /// <summary>What it waits for then.</summary>
    public Task MadeAfter { get; set; } = System.Threading.Tasks.Task.CompletedTask;

    /// <summary>How often a list was made, or begun to be.</summary>
    public int Made { get; private set; }

    /// <summary>What executions have read; null for one that was given no list.</summary>
    public List<string?> Read { get; } = [];

    /// <summary>What was shown of the progress of all.</summary>
    public List<ExecutionProgress> Shown { get; } = [];

    /// <summary>A task of the fake engine with such an input.</summary>
    public static TaskSpec Task() => NodeRig.Task() with { InputSources = [new InputSource { Source = new SpecConfig { Type = "listed" }, Target = "/in" }] };

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => System.Threading.Tasks.Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => System.Threading.Tasks.Task.FromResult<ExecutionProblem?>(null);

    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var list = request.List is { } shared ? Encoding.UTF8.GetString(await shared(MakeAsync, new Board(this, progress), cancellation)) : null;
        lock (Read)
        {
            Read.Add(list);
        }

        return new Mount(request.Folder, request.Input.Target, Writable: false);
    }

    private async Task<byte[]> MakeAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        Made++;
        await BegunAfter.WaitAsync(cancellation);
        progress.Report(new ExecutionProgress("listing", Made, 0, "objects"));
        await MadeAfter.WaitAsync(cancellation);
        return Encoding.UTF8.GetBytes(Content);
    }

    private sealed class Board(ListedInput input, IProgress<ExecutionProgress> progress) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
            lock (input.Shown)
            {
                input.Shown.Add(value);
            }

            progress.Report(value);
        }
    }
}
