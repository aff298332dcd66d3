using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>How far executions are that prepare or publish. It goes with signs of life and is kept nowhere: what is lost is soon told anew.</summary>
internal sealed class ProgressBoard
{
    private const int MostTold = 500;
    private readonly Lock gate = new();
    private readonly SortedDictionary<ExecutionId, Step> steps = [];

    /// <summary>An execution begins something that may take long; over when the step is disposed of.</summary>
    public Step Begin(ExecutionId id)
    {
        var step = new Step(this, id);
        lock (gate)
        {
            steps[id] = step;
        }

        return step;
    }

    /// <summary>What is to be told now; null for nothing.</summary>
    public ExecutionProgressNote[]? List()
    {
        lock (gate)
        {
            ExecutionProgressNote[] notes =
            [
                .. steps.Where(pair => pair.Value.Latest is not null).Take(MostTold)
                    .Select(pair => new ExecutionProgressNote { ExecutionId = pair.Key.Value, Progress = pair.Value.Latest }),
            ];
            return notes.Length == 0 ? null : notes;
        }
    }

    /// <summary>Something that may take long.</summary>
    internal sealed class Step(ProgressBoard board, ExecutionId id) : IProgress<ExecutionProgress>, IDisposable
    {
        private volatile ExecutionProgress? latest;

        /// <summary>The last word; null before the first.</summary>
        public ExecutionProgress? Latest => latest;

        /// <inheritdoc/>
        public void Report(ExecutionProgress value) => latest = value;

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (board.gate)
            {
                board.steps.Remove(id);
            }
        }
    }
}
