using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Xunit;

namespace Bacalhau.TestKit.Inputs;

/// <summary>What every input source must show. A source's tests derive from it and say how data becomes an input of theirs.</summary>
public abstract class InputSourceConformance : IAsyncLifetime
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-input-");
    private int made;

    /// <summary>A new source over the same settings, as after a restart of the node.</summary>
    protected abstract IInputSource CreateSource();

    /// <summary>An input of one file with this content.</summary>
    protected abstract Task<SpecConfig> FileAsync(string content);

    /// <summary>An input of a folder with <c>a.txt</c> and <c>sub/b.txt</c>, which hold "from a" and "from b"; null if the source has only files.</summary>
    protected abstract Task<SpecConfig?> FolderAsync();

    /// <summary>An input whose parameters must be refused.</summary>
    protected abstract SpecConfig Refused { get; }

    /// <summary>Where a program finds the file of <see cref="FileAsync"/>, whose target is <c>/inputs</c>.</summary>
    protected virtual string FileTarget => "/inputs";

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
    public async Task Source_is_available_and_has_names_in_lower_case()
    {
        var source = CreateSource();

        Assert.Null(await source.FindWhyUnavailableAsync(default));
        Assert.NotEmpty(source.Names);
        Assert.All(source.Names, name => Assert.Equal(name.ToLowerInvariant(), name));
    }

    [Fact]
    public async Task Sound_input_is_not_refused() =>
        Assert.Null(await CreateSource().FindRefusalAsync(Input(await FileAsync("x")), default));

    [Fact]
    public async Task Bad_parameters_are_refused_with_a_code_and_words()
    {
        var problem = await CreateSource().FindRefusalAsync(Input(Refused), default);

        Assert.NotNull(problem);
        Assert.Contains(':', problem.Code);
        Assert.NotEmpty(problem.Message);
    }

    [Fact]
    public async Task Bad_parameters_cannot_be_prepared()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(Refused));

        Assert.True(error.IsRefusal);
    }

    [Fact]
    public async Task File_is_prepared_under_its_target()
    {
        var mount = await PrepareAsync(await FileAsync("some text"));

        Assert.Equal(FileTarget, mount.Target);
        Assert.True(Path.IsPathFullyQualified(mount.Source));
        Assert.Equal("some text", await File.ReadAllTextAsync(FileOf(mount)));
    }

    [Fact]
    public async Task Empty_file_is_prepared()
    {
        var mount = await PrepareAsync(await FileAsync(""));

        Assert.Equal(0, new FileInfo(FileOf(mount)).Length);
    }

    [Fact]
    public async Task Folder_is_prepared_with_all_that_is_in_it()
    {
        Assert.SkipWhen(await FolderAsync() is null, "this source has only files");

        var mount = await PrepareAsync((await FolderAsync())!);

        Assert.Equal("from a", await File.ReadAllTextAsync(Path.Combine(mount.Source, "a.txt")));
        Assert.Equal("from b", await File.ReadAllTextAsync(Path.Combine(mount.Source, "sub", "b.txt")));
    }

    [Fact]
    public async Task Folder_is_prepared_again_from_what_the_first_execution_has_listed()
    {
        Assert.SkipWhen(await FolderAsync() is null, "this source has only files");
        var input = Input((await FolderAsync())!);
        var lists = new List<byte[]>();
        var request = new InputRequest(input, NewFolder())
        {
            List = async (make, progress, cancellation) =>
            {
                if (lists.Count == 0)
                {
                    lists.Add(await make(progress, cancellation));
                }

                return lists[0];
            },
        };

        await CreateSource().PrepareAsync(request, new Progress<ExecutionProgress>(), default);
        var again = await CreateSource().PrepareAsync(request with { Folder = NewFolder() }, new Progress<ExecutionProgress>(), default);

        Assert.Equal("from a", await File.ReadAllTextAsync(Path.Combine(again.Source, "a.txt")));
        Assert.Equal("from b", await File.ReadAllTextAsync(Path.Combine(again.Source, "sub", "b.txt")));
    }

    [Fact]
    public async Task Same_input_is_prepared_for_several_executions_at_the_same_time()
    {
        var input = await FileAsync("shared");

        var mounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PrepareAsync(input)));

        Assert.All(mounts, mount => Assert.Equal("shared", File.ReadAllText(FileOf(mount))));
    }

    [Fact]
    public async Task Cancelled_preparation_can_be_repeated()
    {
        var input = await FileAsync("after all");
        var folder = NewFolder();
        await Record.ExceptionAsync(() => CreateSource().PrepareAsync(new InputRequest(Input(input), folder), new Progress<ExecutionProgress>(), new CancellationToken(canceled: true)));
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);

        var mount = await CreateSource().PrepareAsync(new InputRequest(Input(input), folder), new Progress<ExecutionProgress>(), default);

        Assert.Equal("after all", await File.ReadAllTextAsync(FileOf(mount)));
    }

    /// <summary>Prepares an input for an execution of its own.</summary>
    protected Task<Bacalhau.Compute.Engines.Mount> PrepareAsync(SpecConfig source) =>
        CreateSource().PrepareAsync(new InputRequest(Input(source), NewFolder()), new Progress<ExecutionProgress>(), default);

    /// <summary>The input with a target.</summary>
    protected static InputSource Input(SpecConfig source) => new() { Source = source, Target = "/inputs" };

    private static string FileOf(Bacalhau.Compute.Engines.Mount mount) => File.Exists(mount.Source) ? mount.Source : Directory.GetFiles(mount.Source).Single();

    private string NewFolder() => root.CreateSubdirectory($"prepared-{Interlocked.Increment(ref made)}").FullName;
}
