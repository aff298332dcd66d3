using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>What a client asks of a job's logs (spec: http-api.md §6).</summary>
/// <param name="Job">Name, id or beginning of an id.</param>
/// <param name="Namespace">Namespace of the name.</param>
/// <param name="Execution">The one execution; empty to have one chosen.</param>
/// <param name="Version">Version of the job; 0 for any.</param>
/// <param name="IsAll">Whether all executions are read, each chunk with its execution.</param>
/// <param name="Range">The part of each log.</param>
internal sealed record JobLogsQuery(string Job, string Namespace, string Execution, long Version, bool IsAll, LogRange Range);

/// <summary>Reads the logs of a job: of one execution, the present one unless another is named, or of all.</summary>
internal sealed class JobLogs(JobFinder finder, JobQueries queries, ExecutionLog log, TimeProvider clock)
{
    /// <summary>Most executions read at once.</summary>
    private const int MaxExecutions = 256;

    private static readonly TimeSpan _lookAgain = TimeSpan.FromSeconds(1);

    /// <summary>The output, in order for each execution.</summary>
    /// <exception cref="JobRefusedException">There is no such job.</exception>
    /// <exception cref="ApiProblemException">There is no such execution, or its log cannot be read now.</exception>
    public IAsyncEnumerable<LogFrameView> ReadAsync(JobLogsQuery query, CancellationToken cancellationToken)
    {
        var job = finder.Find(query.Job, query.Namespace);
        return query.IsAll ? ReadAllAsync(job, query, cancellationToken) : ReadOneAsync(Choose(job, query), null, query.Range, cancellationToken);
    }

    private async IAsyncEnumerable<LogFrameView> ReadOneAsync(
        ExecutionId id, string? shownId, LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = new LogText(shownId);
        await foreach (var frame in log.ReadAsync(id, range, cancellationToken))
        {
            if (text.Of(frame) is { } view)
            {
                yield return view;
            }
        }
    }

    private async IAsyncEnumerable<LogFrameView> ReadAllAsync(
        StoredJob job, JobLogsQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = Channel.CreateBounded<LogFrameView>(256);
        var reading = ReadAllIntoAsync(job, query, output.Writer, leaving.Token);
        try
        {
            await foreach (var view in output.Reader.ReadAllAsync(cancellationToken))
            {
                yield return view;
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await reading;
        }
    }

    /// <summary>Starts a reader for each execution; while the job runs on and is followed, for later executions too.</summary>
    private async Task ReadAllIntoAsync(StoredJob job, JobLogsQuery query, ChannelWriter<LogFrameView> output, CancellationToken cancellationToken)
    {
        try
        {
            var readers = new Dictionary<ExecutionId, Task>();
            for (var isOver = false; !isOver;)
            {
                isOver = !query.Range.Follows || (queries.Job(job.Id) ?? job).State.IsTerminal();
                foreach (var stored in ExecutionsOf(job, query.Version).Where(stored => !readers.ContainsKey(stored.Execution.Id)).Take(MaxExecutions - readers.Count))
                {
                    readers[stored.Execution.Id] = CopyAsync(stored.Execution.Id, query.Range, output, cancellationToken);
                }

                if (!isOver)
                {
                    await Task.Delay(_lookAgain, clock, cancellationToken);
                }
            }

            await Task.WhenAll(readers.Values);
            output.Complete();
        }
        catch (Exception exception) // The edge of the readers: their error ends the stream and is told there.
        {
            output.TryComplete(exception);
        }
    }

    private async Task CopyAsync(ExecutionId id, LogRange range, ChannelWriter<LogFrameView> output, CancellationToken cancellationToken)
    {
        await foreach (var view in ReadOneAsync(id, id.Value, range, cancellationToken))
        {
            await output.WriteAsync(view, cancellationToken);
        }
    }

    /// <summary>The execution asked for, else the one that changed last among those that are of use.</summary>
    private ExecutionId Choose(StoredJob job, JobLogsQuery query)
    {
        if (query.Execution.Length > 0)
        {
            var named = queries.Execution(new ExecutionId(query.Execution));
            return named?.JobKey == job.Key ? named.Execution.Id : throw new ApiProblemException(JobProblems.NoExecution(query.Execution));
        }

        var executions = ExecutionsOf(job, query.Version);
        if (executions.Count == 0)
        {
            throw new ApiProblemException(new ApiProblem(404, "NotFound", "LogStream", $"job {job.Name} has no executions{OfVersion(query.Version)}{(job.Message.Length > 0 ? $": {job.Message}" : "")}"));
        }

        var chosen = executions.Where(stored => !stored.Execution.State.IsDiscarded()).MaxBy(stored => stored.Execution.ModifiedAt)
            ?? executions.MaxBy(stored => stored.Execution.ModifiedAt)!;
        return chosen.Execution.Id;
    }

    private List<StoredExecution> ExecutionsOf(StoredJob job, long version) => version > int.MaxValue
        ? []
        : [.. queries.Executions(new ExecutionListQuery { Job = job.Key, Version = (int)version, ByChange = true, NewestFirst = true, Limit = MaxExecutions }).Items];

    private static string OfVersion(long version) => version == 0 ? "" : $" of version {version}";
}
