using System.Globalization;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Core.Executions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Inputs;

public sealed class InputCacheTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-cache-");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private InputCache cache;
    private int made;

    public InputCacheTests() => cache = Open();

    [Fact]
    public async Task Content_is_fetched_once_and_has_as_many_names_as_executions()
    {
        var source = new FakeContent("a", "text");

        var (first, second) = (await PlaceAsync(source), await PlaceAsync(source));

        Assert.Equal(("text", "text"), (Read(first), Read(second)));
        Assert.Equal((1, 2, 4L), (source.Fetches, source.Questions, cache.Bytes));
        Assert.Equal((1, 1), cache.Asked);
    }

    [Fact]
    public async Task Who_comes_while_another_is_just_served_waits_for_its_end()
    {
        var (source, number) = (new FakeContent("a", "text"), 0);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < 100; round++)
            {
                var file = Path.Combine(root.FullName, string.Create(CultureInfo.InvariantCulture, $"busy-{Interlocked.Increment(ref number)}"));
                await cache.PlaceAsync(source, file, long.MaxValue, new Progress<ExecutionProgress>(), default);
            }
        })));

        Assert.Equal(1, source.Fetches);
    }

    [Fact]
    public async Task Same_content_of_two_keys_takes_its_room_once()
    {
        await PlaceAsync(new FakeContent("a", "text"));
        await PlaceAsync(new FakeContent("b", "text"));

        Assert.Equal(4, cache.Bytes);
    }

    [Fact]
    public async Task What_lies_beneath_a_place_is_known_also_after_a_restart_and_until_it_is_gone()
    {
        await PlaceAsync(new FakeContent("a", "text") { Location = "s3 b/a/1" });
        await PlaceAsync(new FakeContent("b", "longer") { Location = "s3 b/a/2" });
        await PlaceAsync(new FakeContent("c", "else") { Location = "s3 b/b" });
        cache.Dispose();

        cache = Open();

        Assert.Equal([("s3 b/a/1", 4), ("s3 b/a/2", 6)], cache.FindBeneath("s3 b/a/").Order());
        Assert.Equal([("s3 b/a/2", 6L)], cache.FindBeneath("s3 b/a/2"));
        Assert.Empty(cache.FindBeneath("s3 c"));
        Assert.Empty(cache.FindBeneath(""));
    }

    [Fact]
    public async Task Fetched_bytes_count_for_the_first_that_asked_for_them()
    {
        var source = new FakeContent("a", "text") { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        var (first, second) = (Begin(source), Begin(source));
        await source.Begun.Task;
        source.Gate.SetResult();

        Assert.Equal([(0, 4), (4, 0)], new[] { (await first).Moved, (await second).Moved }.Select(bytes => (bytes.Here, bytes.Moved)).Order());
        Assert.Equal(new InputBytes(4, 0), (await Begin(source)).Moved);
    }

    [Fact]
    public async Task What_is_kept_outlives_a_restart()
    {
        var source = new FakeContent("a", "text");
        await PlaceAsync(source);
        cache.Dispose();

        cache = Open();

        Assert.Equal("text", Read(await PlaceAsync(source)));
        Assert.Equal((1, 4L), (source.Fetches, cache.Bytes));
    }

    [Fact]
    public async Task What_somebody_has_changed_on_the_disk_is_found_and_fetched_again()
    {
        var source = new FakeContent("a", "text");
        File.Delete(await PlaceAsync(source));
        Tamper("evil");

        Assert.Equal("text", Read(await PlaceAsync(source)));
        Assert.Equal(2, source.Fetches);
    }

    [Fact]
    public async Task What_has_changed_while_the_node_did_not_run_is_found_though_nothing_else_shows_it()
    {
        var source = new FakeContent("a", "text");
        File.Delete(await PlaceAsync(source));
        cache.Dispose();
        var changedAt = File.GetLastWriteTimeUtc(Objects().Single());
        Tamper("evil");
        File.SetLastWriteTimeUtc(Objects().Single(), changedAt);

        cache = Open();

        Assert.Equal("text", Read(await PlaceAsync(source)));
    }

    [Fact]
    public async Task What_was_used_least_recently_goes_first_and_what_is_in_use_never()
    {
        var sources = Enumerable.Range(0, 5).Select(i => new FakeContent($"{i}", new string((char)('a' + i), 30))).ToList();
        var held = await PlaceAsync(sources[0]);
        foreach (var source in sources.Skip(1))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            File.Delete(await PlaceAsync(source));
        }

        Assert.Equal(90, cache.Bytes);
        Assert.Equal(sources[0].Text, Read(held));
        await PlaceAsync(sources[0]);
        await PlaceAsync(sources[4]);
        Assert.Equal((1, 1), (sources[0].Fetches, sources[4].Fetches));
        await PlaceAsync(sources[1]);
        Assert.Equal(2, sources[1].Fetches);
    }

    [Fact]
    public async Task What_has_no_room_beside_what_is_in_use_is_not_kept_and_given_all_the_same()
    {
        var held = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            held.Add(await PlaceAsync(new FakeContent($"{i}", new string((char)('a' + i), 30))));
        }

        Assert.Equal(90, cache.Bytes);
        Assert.All(held, file => Assert.Equal(30, Read(file).Length));
    }

    [Fact]
    public async Task What_is_larger_than_the_cache_is_given_all_the_same()
    {
        Assert.Equal(1000, Read(await PlaceAsync(new FakeContent("a", new string('x', 1000)))).Length);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task Nobody_may_write_to_what_is_shared()
    {
        var file = await PlaceAsync(new FakeContent("a", "text"));

        Assert.True(new FileInfo(file).IsReadOnly);
    }

    [Fact]
    public async Task Executions_that_come_together_share_one_fetch_and_see_how_far_it_is()
    {
        var source = new FakeContent("a", "text") { Gate = new TaskCompletionSource() };
        var seen = new List<long>();
        var waiting = Enumerable.Range(0, 10).Select(_ => PlaceAsync(source, progress: new Seen(seen))).ToList();
        await source.Begun.Task;
        Assert.All(waiting, one => Assert.False(one.IsCompleted));

        source.Gate.SetResult();

        Assert.All(await Task.WhenAll(waiting), file => Assert.Equal("text", Read(file)));
        Assert.Equal((1, 1), (source.Questions, source.Fetches));
        Assert.Equal(10, seen.Count(done => done == 4));
    }

    [Fact]
    public async Task Fetch_goes_on_for_others_when_one_leaves_and_ends_with_the_last()
    {
        var source = new FakeContent("a", "text") { Gate = new TaskCompletionSource() };
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var (one, other) = (PlaceAsync(source, cancellation: first.Token), PlaceAsync(source, cancellation: second.Token));
        await source.Begun.Task;

        first.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(source.GivenUp.Task.IsCompleted);
        second.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);

        await source.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5));
        source.Gate = null;
        Assert.Equal("text", Read(await PlaceAsync(source)));
    }

    [Fact]
    public async Task Limit_of_one_execution_is_not_that_of_another()
    {
        var source = new FakeContent("a", "text") { Gate = new TaskCompletionSource() };
        var (small, large) = (PlaceAsync(source, most: 3), PlaceAsync(source, most: 4));
        await source.Begun.Task;
        source.Gate.SetResult();

        Assert.Equal("Fake:TooLarge", (await Assert.ThrowsAsync<EngineException>(() => small)).Problem.Code);
        Assert.Equal("text", Read(await large));
        Assert.Equal("Fake:TooLarge", (await Assert.ThrowsAsync<EngineException>(() => PlaceAsync(source, most: 3))).Problem.Code);
    }

    [Fact]
    public async Task Fetch_that_fails_fails_for_all_and_leaves_nothing()
    {
        var source = new FakeContent("a", "text") { Problem = new EngineException(new ExecutionProblem("Fake:Down", "down"), isRefusal: false) };
        var waiting = Enumerable.Range(0, 3).Select(_ => PlaceAsync(source)).ToList();

        foreach (var one in waiting)
        {
            Assert.Equal("Fake:Down", (await Assert.ThrowsAsync<EngineException>(() => one)).Problem.Code);
        }

        source.Problem = null;
        Assert.Equal("text", Read(await PlaceAsync(source)));
    }

    [Theory]
    [InlineData("v1", 3)]
    [InlineData("", 0)]
    public async Task What_a_killed_node_had_of_a_file_is_gone_on_with_if_it_is_known_of_what(string tag, int from)
    {
        var folder = new CacheFolder(root.CreateSubdirectory("killed").FullName, clock);
        var killed = await folder.OpenPartialAsync("name", default);
        killed.Restart(tag);
        await killed.AppendAsync("tex"u8.ToArray(), default);
        killed.Abandon();

        await using var next = await new CacheFolder(Path.Combine(root.FullName, "killed"), clock).OpenPartialAsync("name", default);

        Assert.Equal((from, tag), (next.Length, next.Tag));
        await next.AppendAsync("text"u8.ToArray().AsMemory(from), default);
        Assert.Equal("982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1", next.Finish());
    }

    [Fact]
    public async Task Second_node_cannot_use_the_same_folder()
    {
        await PlaceAsync(new FakeContent("a", "text"));

        Assert.Contains("used by another node", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_named_with_its_setting()
    {
        var error = Assert.Throws<IOException>(() => InputCache.Open("/proc/none", 100, clock));

        Assert.Contains("/proc/none (Compute.Cache.Path)", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        cache.Dispose();
        root.Delete(recursive: true);
    }

    private static string Read(string file) => File.ReadAllText(file);

    private InputCache Open() => InputCache.Open(Path.Combine(root.FullName, "cache"), 100, clock);

    private string[] Objects() => Directory.GetFiles(Path.Combine(root.FullName, "cache", "objects"));

    private void Tamper(string text)
    {
        var file = Objects().Single();
        File.Delete(file);
        File.WriteAllText(file, text);
    }

    private async Task<string> PlaceAsync(FakeContent content, long most = long.MaxValue, IProgress<ExecutionProgress>? progress = null, CancellationToken cancellation = default)
    {
        var file = Path.Combine(root.FullName, Interlocked.Increment(ref made).ToString(CultureInfo.InvariantCulture));
        await cache.PlaceAsync(content, file, most, progress ?? new Progress<ExecutionProgress>(), cancellation);
        return file;
    }

    private Task<CacheEntry> Begin(FakeContent content) => cache.PlaceAsync(
        content, Path.Combine(root.FullName, Interlocked.Increment(ref made).ToString(CultureInfo.InvariantCulture)), long.MaxValue, new Progress<ExecutionProgress>(), default);

    private sealed class Seen(List<long> seen) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
            lock (seen)
            {
                seen.Add(value.Done);
            }
        }
    }

    private sealed class FakeContent(string key, string text) : IContent
    {
        private int fetches;
        private int questions;

        public string Key => key;

        public string Location { get; init; } = "";

        public string Text => text;

        public int Fetches => fetches;

        public int Questions => questions;

        public TaskCompletionSource? Gate { get; set; }

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EngineException? Problem { get; set; }

        public async Task<Fetched> FetchAsync(PartialFile into, CacheEntry? known, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
        {
            Interlocked.Increment(ref questions);
            Begun.TrySetResult();
            try
            {
                await (Gate?.Task ?? Task.CompletedTask).WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                GivenUp.TrySetResult();
                throw;
            }

            if (Problem is not null)
            {
                throw Problem;
            }

            if (known is { Validators.Tag: "v1" })
            {
                return Fetched.Unchanged;
            }

            Interlocked.Increment(ref fetches);
            into.Restart("v1");
            progress.Report(new ExecutionProgress("fetching", text.Length, text.Length, "bytes"));
            await into.AppendAsync(Encoding.UTF8.GetBytes(text), cancellation);
            return new Fetched(false, "name", new Validators("v1", ""));
        }

        public EngineException TooLarge(long mostBytes) => new(new ExecutionProblem("Fake:TooLarge", "too large"), isRefusal: true);
    }
}
