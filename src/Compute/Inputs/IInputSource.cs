using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs;

/// <summary>Brings data of one kind to this node. One object serves all executions at once.</summary>
public interface IInputSource
{
    /// <summary>Type names in job files, the first one is advertised.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether its data is on the node already, so that nothing has to come over the network.</summary>
    bool IsHere => false;

    /// <summary>Types under which the orchestrator asks for its data, in lower case.</summary>
    IReadOnlyList<string> AskedAs => Names;

    /// <summary>Whether the source can work now: null is yes, else the reason.</summary>
    Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation);

    /// <summary>What speaks against ever preparing this input on this node (bad parameters, a path that is absent or not allowed); null is nothing.</summary>
    Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation);

    /// <summary>What of an input's data is on this node already, without asking anybody else and within 100 ms; null for nothing, or if that cannot be said.</summary>
    Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation) => Task.FromResult<DataAnswer?>(null);

    /// <summary>Makes the data available and says where.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
    /// <exception cref="IOException">It cannot be kept on the node.</exception>
    Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation);
}
