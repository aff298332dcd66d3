using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Node;

/// <summary>Asks the orchestrator for addresses of results in its bucket. A publisher is made before the node, so the node gives its connection later.</summary>
public sealed class ResultAddresses
{
    private OrchestratorPort? port;

    /// <summary>Asks; null while nobody answers.</summary>
    /// <param name="execution">Whose result it is.</param>
    /// <param name="isWithdrawal">Whether it is to be deleted, and not put.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AddressAnswer?> AskAsync(ExecutionId execution, bool isWithdrawal, CancellationToken cancellation) => port is { Session.Length: > 0 } connected
        ? await connected.AskAsync(Questions.Address, new AddressRequest { ExecutionId = execution.Value, IsWithdrawal = isWithdrawal }, cancellation)
        : null;

    /// <summary>From now on it can ask.</summary>
    internal void Connect(OrchestratorPort connection) => port = connection;
}
