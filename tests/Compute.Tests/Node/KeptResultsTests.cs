using System.Text.Json;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Publishers.Local;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>Local results go when their jobs are no more.</summary>
public sealed class KeptResultsTests : IAsyncDisposable
{
    private static readonly NodeId _node = new("n-1");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-kept-");
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private readonly MemoryHub hub;
    private readonly NodeStore store = NodeStore.OpenInline(new SqliteConnection("Data Source=:memory:"), new Ids());
    private readonly CancellationTokenSource end = new();
    private readonly HashSet<string> unknown = [];
    private readonly List<string[]> questions = [];
    private OrchestratorPort port = null!;
    private Task sweeping = Task.CompletedTask;

    public KeptResultsTests() => hub = new MemoryHub(clock);

    [Fact]
    public async Task Result_of_a_job_that_is_no_more_is_deleted_after_a_day()
    {
        var (kept, gone) = (Put("e-kept"), Put("e-gone"));
        unknown.Add("e-gone");
        await StartAsync();
        var before = clock.GetUtcNow();

        await PassUntilAsync(() => !File.Exists(gone));

        Assert.True(clock.GetUtcNow() - before >= KeptResultsSweep.Patience);
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public async Task Result_that_is_known_again_in_time_stays()
    {
        var file = Put("e-1");
        unknown.Add("e-1");
        await StartAsync();
        await PassUntilAsync(() => questions.Count >= 10);
        unknown.Clear();
        await PassUntilAsync(() => questions.Count >= 12);
        unknown.Add("e-1");
        var since = clock.GetUtcNow();

        await PassUntilAsync(() => !File.Exists(file));

        Assert.True(clock.GetUtcNow() - since >= KeptResultsSweep.Patience - KeptResultsSweep.Interval);
    }

    [Fact]
    public async Task Nothing_is_deleted_while_there_is_no_session()
    {
        var file = Put("e-1");
        unknown.Add("e-1");
        await StartAsync();
        port.EnterSession("");
        for (var hour = 0; hour < 30; hour++)
        {
            await PassAsync();
        }

        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Many_results_are_asked_for_in_pieces_that_the_protocol_allows()
    {
        var files = Enumerable.Range(0, (2 * KeptResults.MostAtOnce) + 1).Select(number => Put($"e-{number}")).ToList();
        await StartAsync();

        await PassUntilAsync(() => questions.Sum(some => some.Length) >= files.Count);

        Assert.Equal([KeptResults.MostAtOnce, KeptResults.MostAtOnce, 1], questions.Take(3).Select(some => some.Length));
    }

    [Fact]
    public async Task Result_that_was_kept_long_enough_goes_though_nothing_is_published()
    {
        var file = Put("e-1");
        await StartAsync();
        var before = clock.GetUtcNow();

        await PassUntilAsync(() => !File.Exists(file));

        Assert.True(clock.GetUtcNow() - before > TimeSpan.FromDays(29));
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        store.Dispose();
        end.Dispose();
        folder.Delete(recursive: true);
    }

    private string Put(string execution)
    {
        var file = Path.Combine(folder.FullName, $"{execution}-{new string('a', 32)}.tar.gz");
        File.WriteAllText(file, "result");
        return file;
    }

    private async Task StartAsync()
    {
        await hub.Connect("orchestrator").SubscribeAsync(Subjects.FromAnyNode("kept"), AnswerAsync, default);
        var link = hub.Connect("node");
        port = new OrchestratorPort(_node, link, link, store, clock, NullLogger<OrchestratorPort>.Instance);
        port.EnterSession("s-1");
        var publisher = new LocalPublisher(new LocalPublisherOptions { Folder = folder.FullName, Address = () => "127.0.0.1" }, clock);
        sweeping = new KeptResultsSweep(port, store, [publisher], clock, NullLogger<KeptResultsSweep>.Instance).RunAsync(end.Token);
    }

    private Task AnswerAsync(LinkMessage message)
    {
        var asked = JsonSerializer.Deserialize(message.Payload.Span, MessageJson.Default.KeptResults)!.Executions;
        questions.Add(asked);
        return message.Answer!(JsonSerializer.SerializeToUtf8Bytes(new KeptAnswer { Unknown = [.. asked.Where(unknown.Contains)] }, MessageJson.Default.KeptAnswer));
    }

    private async Task PassUntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await PassAsync(patience.Token);
        }
    }

    private async Task PassAsync(CancellationToken patience = default)
    {
        clock.Advance(KeptResultsSweep.Interval);
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience);
    }

    private sealed class Ids : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
