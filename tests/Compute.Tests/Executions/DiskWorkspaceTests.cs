using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Logs;
using Bacalhau.Core;

namespace Bacalhau.Compute.Tests.Executions;

public sealed class DiskWorkspaceTests : IDisposable
{
    private static readonly ExecutionId _first = new("e-1");
    private readonly string root = Directory.CreateTempSubdirectory("workspace-").FullName;

    [Fact]
    public void Spec_is_found_until_it_is_dropped()
    {
        var workspace = Open();
        workspace.KeepSpec("abc", [1, 2]);
        Assert.Equal<byte[]?>([1, 2], Open().FindSpec("abc"));

        workspace.DropSpec("abc");

        Assert.Null(workspace.FindSpec("abc"));
        workspace.DropSpec("abc");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("../../etc")]
    public void Name_from_the_network_that_leads_out_of_the_folder_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => Open().FindSpec(name));
        Assert.Throws<ArgumentException>(() => Open().FolderOf(new ExecutionId(name)));
    }

    [Fact]
    public void Clearing_can_keep_the_results()
    {
        var folder = Open().FolderOf(_first);
        folder.Results.Create([]);
        var input = folder.MakeInput(0);

        folder.Clear(keepsResults: true);
        Assert.True(Directory.Exists(folder.Results.Path));
        Assert.False(Directory.Exists(input));

        folder.Clear();
        Assert.False(Directory.Exists(folder.Results.Path));
    }

    [Fact]
    public async Task Clearing_keeps_the_log_and_deleting_does_not()
    {
        var folder = Open().FolderOf(_first);
        using (var log = folder.OpenLog())
        {
            await log.WriteAsync(OutputStream.Stdout, "x"u8.ToArray(), default);
        }

        File.WriteAllText(Path.Combine(folder.MakeInput(0), "data"), "x");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder.Scratch).FullName, "data"), "x");

        folder.Clear();
        Assert.True(folder.HasLog);
        Assert.Empty(Directory.GetDirectories(Path.Combine(root, "executions", "e-1")));

        folder.Delete();
        Assert.False(folder.HasLog);
        folder.Delete();
    }

    [Fact]
    public async Task Execution_that_prints_nothing_leaves_nothing_on_the_disk()
    {
        var folder = Open().FolderOf(_first);
        using var log = folder.OpenLog();
        Assert.False(Directory.Exists(Path.Combine(root, "executions", "e-1")));

        await log.WriteAsync(OutputStream.Stdout, "x"u8.ToArray(), default);
        Assert.True(folder.HasLog);
    }

    [Fact]
    public void Sweep_removes_what_belongs_to_nothing_held()
    {
        var workspace = Open();
        foreach (var name in new[] { "e-1", "e-2" })
        {
            Directory.CreateDirectory(workspace.FolderOf(new ExecutionId(name)).Scratch);
        }

        workspace.KeepSpec("abc", [1]);
        workspace.KeepSpec("def", [1]);

        workspace.Sweep(new HashSet<ExecutionId> { _first }, new HashSet<string> { "def" });

        Assert.Equal(["e-1"], Directory.GetDirectories(Path.Combine(root, "executions")).Select(Path.GetFileName));
        Assert.Null(workspace.FindSpec("abc"));
        Assert.NotNull(workspace.FindSpec("def"));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private DiskWorkspace Open() => new(root, TimeProvider.System, 1024 * 1024);
}
