using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>Submits jobs over HTTP with connections kept alive, and waits for their ends.</summary>
internal sealed class BenchClient : IAsyncDisposable
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");
    private readonly HttpClient http;
    private readonly StateWriter writer;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly Dictionary<JobId, TaskCompletionSource> awaited = [];
    private readonly Task watching;
    private readonly string prefix = $"{Guid.NewGuid():N}"[..8];
    private int jobs;

    public BenchClient(BenchCluster cluster)
    {
        http = new HttpClient { BaseAddress = cluster.Address, Timeout = TimeSpan.FromSeconds(60) };
        writer = cluster.Orchestrator.Writer;
        watching = WatchAsync();
    }

    /// <summary>Submits a job of one task and gives its id.</summary>
    public async Task<JobId> SubmitAsync(int count, string task)
    {
        var name = $"bench-{prefix}-{Interlocked.Increment(ref jobs)}";
        var body = $$$"""{"Job":{"Name":"{{{name}}}","Namespace":"default","Type":"batch","Count":{{{count}}},"Tasks":[{{{task}}}]}}""";
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = _json;
        using var answer = await http.PutAsync(new Uri("/api/v1/orchestrator/jobs", UriKind.Relative), content);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"The job was refused: {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
        }

        return new JobId(JsonSerializer.Deserialize(bytes, ApiJson.Wire.PutJobResponse)!.JobID);
    }

    /// <summary>Waits until a job that was submitted here has come to its end, whichever that is.</summary>
    public Task WaitForEndAsync(JobId job)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            awaited[job] = end;
        }

        CompleteEnded();
        return end.Task;
    }

    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await watching;
        http.Dispose();
        stop.Dispose();
    }

    /// <summary>Looks at every committed state: what a client would learn by asking, without the asking being a load of its own.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var version = writer.Current.Version;
                CompleteEnded();
                await writer.WaitForChangeAsync(version, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }

    private void CompleteEnded()
    {
        var live = writer.Current.Jobs;
        lock (gate)
        {
            foreach (var (job, end) in awaited)
            {
                if (!live.TryGetValue(job, out var known) || known.State.IsTerminal())
                {
                    awaited.Remove(job);
                    end.SetResult();
                }
            }
        }
    }
}
