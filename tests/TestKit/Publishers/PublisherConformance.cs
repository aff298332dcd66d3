using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Sockets;
using System.Security.Cryptography;
using Bacalhau.Compute.Publishers;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Xunit;

namespace Bacalhau.TestKit.Publishers;

/// <summary>What every publisher must show. A publisher's tests derive from it and say how its results are fetched.</summary>
public abstract class PublisherConformance : IAsyncLifetime
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-publish-");
    private readonly List<string> warnings = [];

    /// <summary>A new publisher over the same place, as after a restart of the node.</summary>
    protected abstract IPublisher CreatePublisher();

    /// <summary>The publisher as a task names it.</summary>
    protected abstract SpecConfig Publisher { get; }

    /// <summary>A publisher whose parameters must be refused; null if there are no bad ones.</summary>
    protected virtual SpecConfig? Refused => null;

    /// <summary>Fetches a result into an empty folder; false if it is not there.</summary>
    protected abstract Task<bool> TryFetchAsync(PublishedResult result, string folder);

    /// <summary>Fails if anything is published, or half published.</summary>
    protected abstract Task AssertNothingPublishedAsync();

    /// <summary>The folder of this test.</summary>
    protected string Root => root.FullName;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        root.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Publisher_is_available_and_has_a_name_in_lower_case()
    {
        Assert.Null(await CreatePublisher().FindWhyUnavailableAsync(default));
        Assert.Equal(CreatePublisher().Name.ToLowerInvariant(), CreatePublisher().Name);
    }

    [Fact]
    public async Task Sound_parameters_are_not_refused() => Assert.Null(await CreatePublisher().FindRefusalAsync(Publisher, default));

    [Fact]
    public async Task Bad_parameters_are_refused_with_a_code_and_words()
    {
        Assert.SkipWhen(Refused is null, "this publisher has no parameters");

        var problem = await CreatePublisher().FindRefusalAsync(Refused!, default);

        Assert.NotNull(problem);
        Assert.Contains(':', problem.Code);
        Assert.NotEmpty(problem.Message);
    }

    [Fact]
    public async Task Results_are_fetched_as_they_were_published()
    {
        var folder = NewResults();

        var fetched = await FetchAsync(await PublishAsync(NewExecution(), folder));

        Assert.Equal(("out\n", "", "3"), (Read(fetched, "stdout"), Read(fetched, "stderr"), Read(fetched, "exitCode")));
        Assert.Equal("made", Read(fetched, "outputs/sub/made.txt"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "outputs/bytes")), File.ReadAllBytes(Path.Combine(fetched, "outputs/bytes")));
    }

    [Fact]
    public async Task Names_that_are_not_plain_are_kept()
    {
        var folder = NewResults();
        string[] names = ["...", "..x", "x..", "-", "with blank", "ümlaut", "quote'\"", "100%25", "a+b&c=d", new string('x', 200)];
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(folder, "outputs", name), name);
        }

        var fetched = await FetchAsync(await PublishAsync(NewExecution(), folder));

        Assert.All(names, name => Assert.Equal(name, Read(fetched, $"outputs/{name}")));
    }

    [Fact]
    public async Task Nothing_is_visible_before_the_grant()
    {
        var asked = 0;
        var looked = new TaskCompletionSource();

        await PublishAsync(NewExecution(), NewResults(), async _ =>
        {
            // Several files may ask at once; none goes on before it was looked.
            if (Interlocked.Increment(ref asked) > 1)
            {
                await looked.Task;
                return;
            }

            try
            {
                await AssertNothingVisibleAsync();
            }
            finally
            {
                looked.SetResult();
            }
        });

        Assert.True(asked > 0);
    }

    [Fact]
    public async Task Refused_grant_leaves_nothing_behind()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PublishAsync(NewExecution(), NewResults(), _ => throw new OperationCanceledException("no grant")));

        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Cancelled_publishing_leaves_nothing_behind()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PublishAsync(NewExecution(), NewResults(), cancellation: new CancellationToken(canceled: true)));

        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Publishing_that_is_cancelled_when_it_was_granted_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PublishAsync(
            NewExecution(),
            NewResults(),
            async cancellation =>
            {
                await cancel.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
            },
            cancellation: cancel.Token));

        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Grant_that_ends_after_the_first_question_leaves_nothing_behind()
    {
        var asked = 0;
        try
        {
            await PublishAsync(NewExecution(), NewResults(), _ => Interlocked.Increment(ref asked) == 1 ? Task.CompletedTask : throw new OperationCanceledException("no grant any more"));
        }
        catch (OperationCanceledException)
        {
            await AssertNothingPublishedAsync();
        }
    }

    [Fact]
    public async Task What_a_result_is_made_of_is_told()
    {
        var folder = NewResults();
        File.CreateSymbolicLink(Path.Combine(folder, "outputs/link"), "bytes");
        var expected = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("/link", StringComparison.Ordinal))
            .Select(path => (Path: Path.GetRelativePath(folder, path), Content: File.ReadAllBytes(path)))
            .OrderBy(file => file.Path, StringComparer.Ordinal).ToList();

        var metadata = (await PublishAsync(NewExecution(), folder)).Metadata;

        Assert.NotNull(metadata);
        Assert.Equal((expected.Count, expected.Sum(file => file.Content.LongLength)), ((int)metadata.Files, metadata.Bytes));
        Assert.Equal(
            expected.Select(file => (file.Path, file.Content.LongLength, Convert.ToHexStringLower(SHA256.HashData(file.Content)))),
            metadata.Listed.Select(file => (file.Path, file.Bytes, file.Sha256)));
    }

    [Fact]
    public async Task List_of_files_is_short_and_the_sums_are_of_all()
    {
        var folder = NewResults();
        for (var i = 0; i < 200; i++)
        {
            File.WriteAllText(Path.Combine(folder, "outputs", $"many-{i:D3}"), "x");
        }

        var metadata = (await PublishAsync(NewExecution(), folder)).Metadata!;

        Assert.Equal(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length, metadata.Files);
        Assert.InRange(metadata.Listed.Length, 1, ResultMetadata.MostListed);
    }

    [Fact]
    public async Task Results_can_be_published_again()
    {
        var (execution, folder) = (NewExecution(), NewResults());
        await PublishAsync(execution, folder);
        File.WriteAllText(Path.Combine(folder, "stdout"), "second");

        var fetched = await FetchAsync(await PublishAsync(execution, folder));

        Assert.Equal("second", Read(fetched, "stdout"));
    }

    [Fact]
    public async Task Results_of_two_executions_do_not_mix()
    {
        var (first, second) = (NewResults(), NewResults());
        File.WriteAllText(Path.Combine(second, "stdout"), "second");

        var results = await Task.WhenAll(PublishAsync(NewExecution(), first), PublishAsync(NewExecution(), second));

        Assert.Equal("out\n", Read(await FetchAsync(results[0]), "stdout"));
        Assert.Equal("second", Read(await FetchAsync(results[1]), "stdout"));
    }

    [Fact]
    public async Task Withdrawn_result_is_gone()
    {
        var execution = NewExecution();
        var result = await PublishAsync(execution, NewResults());

        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);

        Assert.False(await TryFetchAsync(result, NewFolder()));
        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Withdrawing_what_is_not_there_is_no_error()
    {
        await CreatePublisher().WithdrawAsync(TargetOf(NewExecution()), default);
        await CreatePublisher().WithdrawAsync(TargetOf(new ExecutionId("../*")), default);
    }

    [Fact]
    public async Task Withdrawing_leaves_other_results_alone()
    {
        var result = await PublishAsync(NewExecution(), NewResults());

        await CreatePublisher().WithdrawAsync(TargetOf(NewExecution()), default);

        Assert.Equal("out\n", Read(await FetchAsync(result), "stdout"));
    }

    [Fact]
    public async Task Result_that_is_withdrawn_twice_is_gone()
    {
        var execution = NewExecution();
        await PublishAsync(execution, NewResults());

        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);
        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);

        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Links_lead_nothing_of_the_node_out()
    {
        var folder = NewResults();
        var secret = root.CreateSubdirectory("secret");
        File.WriteAllText(Path.Combine(secret.FullName, "file"), "secret text");
        File.CreateSymbolicLink(Path.Combine(folder, "outputs/file-link"), Path.Combine(secret.FullName, "file"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "outputs/folder-link"), secret.FullName);

        var result = await PublishAsync(NewExecution(), folder);
        secret.Delete(recursive: true);
        var fetched = await FetchAsync(result);

        var files = new DirectoryInfo(fetched).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        Assert.DoesNotContain(files, file => File.ReadAllText(file.FullName).Contains("secret text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pipe_is_left_out_with_a_warning_and_blocks_nothing()
    {
        var folder = NewResults();
        using (var made = Process.Start("mkfifo", Path.Combine(folder, "outputs/pipe")))
        {
            await made.WaitForExitAsync();
        }

        var fetched = await FetchAsync(await PublishAsync(NewExecution(), folder).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.False(File.Exists(Path.Combine(fetched, "outputs/pipe")));
        Assert.Contains("outputs/pipe", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_and_device_are_left_out_with_a_warning()
    {
        var folder = NewResults();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "socket")));
        using (var made = Process.Start("sh", ["-c", $"mknod '{folder}/outputs/device' c 1 5 2>/dev/null || true"]))
        {
            await made.WaitForExitAsync();
        }

        List<string> special = File.Exists(Path.Combine(folder, "outputs/device")) ? ["outputs/device", "socket"] : ["socket"];
        var fetched = await FetchAsync(await PublishAsync(NewExecution(), folder).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.All(special, name => Assert.False(File.Exists(Path.Combine(fetched, name))));
        Assert.Equal(special.Count, warnings.Count(warning => special.Exists(name => warning.Contains(name, StringComparison.Ordinal))));
    }

    /// <summary>Unpacks what was published as tar.gz.</summary>
    protected static async Task UnpackAsync(Stream archive, string folder)
    {
        await using var unpacked = new GZipStream(archive, CompressionMode.Decompress);
        await using var reader = new TarReader(unpacked);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            var path = Path.Combine(folder, entry.Name.TrimEnd('/'));
            if (entry.EntryType == TarEntryType.SymbolicLink)
            {
                File.CreateSymbolicLink(path, entry.LinkName);
            }
            else
            {
                await entry.ExtractToFileAsync(path, overwrite: false);
            }
        }
    }

    /// <summary>Fails if a result can be found by who knows where to look; by default the same as nothing being published.</summary>
    protected virtual Task AssertNothingVisibleAsync() => AssertNothingPublishedAsync();

    /// <summary>Publishes a folder.</summary>
    protected Task<PublishedResult> PublishAsync(
        ExecutionId execution, string folder, Func<CancellationToken, Task>? grant = null, SpecConfig? publisher = null, CancellationToken cancellation = default) =>
        CreatePublisher().PublishAsync(
            new PublishRequest(TargetOf(execution) with { Publisher = publisher ?? Publisher }, folder) { Warnings = new Listener(warnings) },
            grant ?? (_ => Task.CompletedTask),
            new Progress<ExecutionProgress>(),
            cancellation);

    /// <summary>Fetches a result into a folder of its own.</summary>
    protected async Task<string> FetchAsync(PublishedResult result)
    {
        var folder = NewFolder();
        Assert.True(await TryFetchAsync(result, folder), "the result is not there");
        return folder;
    }

    /// <summary>Where an execution's results are published.</summary>
    protected PublishTarget TargetOf(ExecutionId execution) => new(execution, new JobId("j-1"), Publisher, new DateTimeOffset(2025, 3, 1, 23, 4, 5, TimeSpan.FromHours(-2)));

    protected static ExecutionId NewExecution() => new($"e-{Guid.NewGuid()}");

    /// <summary>A results folder with some content.</summary>
    protected virtual string NewResults()
    {
        var folder = NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "outputs/sub"));
        File.WriteAllText(Path.Combine(folder, "stdout"), "out\n");
        File.WriteAllText(Path.Combine(folder, "stderr"), "");
        File.WriteAllText(Path.Combine(folder, "exitCode"), "3");
        File.WriteAllText(Path.Combine(folder, "outputs/sub/made.txt"), "made");
        File.WriteAllBytes(Path.Combine(folder, "outputs/bytes"), [.. Enumerable.Range(0, 300_000).Select(n => (byte)(n * n / 7))]);
        return folder;
    }

    private string NewFolder() => root.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;

    private static string Read(string folder, string name) => File.ReadAllText(Path.Combine(folder, name));

    private sealed class Listener(List<string> heard) : IProgress<string>
    {
        public void Report(string value) => heard.Add(value);
    }
}
