using System.Security.Cryptography;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>The specs of the jobs whose executions are held here: each is asked for once, in pieces, checked against its digest, and kept while it is needed.</summary>
internal sealed class JobSpecs(OrchestratorPort port, IWorkspace workspace, TimeProvider clock, CancellationToken end)
{
    private const int LongestSpec = 16 * 1024 * 1024;
    private static readonly TimeSpan _retryAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>A spec that is needed for less is not written down: after a restart it would be asked for again, and a file costs more than that.</summary>
    private static readonly TimeSpan _keepAfter = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>An execution needs the spec from now on: it begins to be fetched, while the execution may still wait in line.</summary>
    public void Hold(ExecutionId execution, Assignment assignment) => _ = EntryOf(execution, assignment, holders: 1);

    /// <summary>An execution is forgotten; with the last one its spec goes too.</summary>
    public void Release(Assignment assignment)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(assignment.SpecDigest, out var entry) || --entry.Holders > 0)
            {
                return;
            }

            entries.Remove(assignment.SpecDigest);
        }

        workspace.DropSpec(assignment.SpecDigest);
    }

    /// <summary>The job's spec.</summary>
    /// <exception cref="EngineException">The orchestrator does not give it.</exception>
    public async Task<JobSpec> GetAsync(ExecutionId execution, Assignment assignment, CancellationToken cancellation)
    {
        while (true)
        {
            var entry = EntryOf(execution, assignment, holders: 0);
            try
            {
                return await entry.Spec.WaitAsync(cancellation);
            }
            catch (EngineException) when (entry.AskedFor != execution)
            {
                // It was refused to another execution, which may have ended meanwhile: ask again for this one.
            }
        }
    }

    private Entry EntryOf(ExecutionId execution, Assignment assignment, int holders)
    {
        Entry? made = null;
        Entry entry;
        lock (gate)
        {
            if (!entries.TryGetValue(assignment.SpecDigest, out entry!) || entry.Spec is { IsFaulted: true })
            {
                made = new Entry { Holders = entry?.Holders ?? 0, AskedFor = execution };
                entries[assignment.SpecDigest] = entry = made;
            }

            entry.Holders += holders;
        }

        if (made is not null)
        {
            _ = FillAsync(made, execution, assignment);
        }

        return entry;
    }

    private async Task FillAsync(Entry entry, ExecutionId execution, Assignment assignment)
    {
        try
        {
            var (bytes, isKept) = await FetchAsync(execution, assignment);
            entry.Found.TrySetResult(SpecDocument.Of(bytes).Read());
            if (!isKept)
            {
                await KeepLaterAsync(entry, assignment.SpecDigest, bytes);
            }
        }
        catch (Exception exception) // It goes to the executions that wait for the spec.
        {
            entry.Found.TrySetException(exception);
            _ = entry.Spec.Exception;
        }
    }

    private async Task KeepLaterAsync(Entry entry, string digest, byte[] bytes)
    {
        await Task.Delay(_keepAfter, clock, end);
        lock (gate)
        {
            // In the lock, so that it is not dropped first and written after that.
            if (entries.GetValueOrDefault(digest) == entry)
            {
                workspace.KeepSpec(digest, bytes);
            }
        }
    }

    private async Task<(byte[] Bytes, bool IsKept)> FetchAsync(ExecutionId execution, Assignment assignment)
    {
        if (workspace.FindSpec(assignment.SpecDigest) is { } kept && DigestOf(kept) == assignment.SpecDigest)
        {
            return (kept, true);
        }

        var bytes = await PullAsync(execution, assignment);
        if (DigestOf(bytes) != assignment.SpecDigest)
        {
            throw Failure("Node:SpecDamaged", $"the spec of job {assignment.JobId} came with another digest than announced");
        }

        return (bytes, false);
    }

    private async Task<byte[]> PullAsync(ExecutionId execution, Assignment assignment)
    {
        using var bytes = new MemoryStream();
        while (true)
        {
            var request = new SpecRequest
            {
                ExecutionId = execution.Value,
                JobId = assignment.JobId,
                JobVersion = assignment.JobVersion,
                Offset = bytes.Length,
            };
            var piece = port.Session.Length == 0 ? null : await port.AskAsync(Questions.Spec, request, end);
            if (piece is null or { SessionIsOver: true })
            {
                await Task.Delay(_retryAfter, clock, end);
                continue;
            }

            if (piece.Refused.Length > 0 || bytes.Length + piece.Bytes.Length > LongestSpec)
            {
                throw Failure("Node:SpecRefused", $"the orchestrator does not give the spec of job {assignment.JobId}: {piece.Refused}");
            }

            bytes.Write(piece.Bytes);
            if (piece.IsEnd)
            {
                return bytes.ToArray();
            }
        }
    }

    private static EngineException Failure(string code, string message) => new(new ExecutionProblem(code, message), isRefusal: false);

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed class Entry
    {
        public int Holders { get; set; }

        public required ExecutionId AskedFor { get; init; }

        public TaskCompletionSource<JobSpec> Found { get; } = new();

        public Task<JobSpec> Spec => Found.Task;
    }
}
