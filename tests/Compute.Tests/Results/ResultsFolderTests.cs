using System.Runtime.Versioning;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Results;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Results;

[UnsupportedOSPlatform("windows")]
public sealed class ResultsFolderTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-results-");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public void Each_result_path_has_a_folder_that_any_user_may_write()
    {
        var mount = Assert.Single(NewFolder().Create([new ResultPath { Name = "outputs", Path = "/out" }]));

        Assert.Equal(("/out", true), (mount.Target, mount.Writable));
        Assert.True(File.GetUnixFileMode(mount.Source).HasFlag(UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(mount.Source)!));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("stdout/x")]
    [InlineData("STDERR")]
    [InlineData("/abs")]
    [InlineData("stdout")]
    [InlineData("stderr")]
    [InlineData("exitCode")]
    [InlineData("a\0b")]
    public void Names_that_leave_the_folder_or_clash_are_refused(string name)
    {
        var error = Assert.Throws<EngineException>(() => NewFolder().Create([new ResultPath { Name = name, Path = "/out" }]));

        Assert.True(error.IsRefusal);
        Assert.Equal("Results:BadName", error.Problem.Code);
        Assert.Empty(root.GetFileSystemInfos());
    }

    [Fact]
    public void A_name_may_be_a_folder_in_a_folder() =>
        Assert.True(Directory.Exists(NewFolder().Create([new ResultPath { Name = "a/b", Path = "/out" }])[0].Source));

    [Fact]
    public void The_same_name_twice_is_refused() =>
        Assert.Throws<EngineException>(() => NewFolder().Create([new ResultPath { Name = "a", Path = "/1" }, new ResultPath { Name = "a", Path = "/2" }]));

    [Fact]
    public void Creating_again_leaves_nothing_of_what_was_there()
    {
        var folder = NewFolder();
        var mount = folder.Create([new ResultPath { Name = "outputs", Path = "/out" }])[0];
        File.WriteAllText(Path.Combine(mount.Source, "old"), "x");

        folder.Create([new ResultPath { Name = "outputs", Path = "/out" }]);

        Assert.Empty(Directory.GetFileSystemEntries(mount.Source));
    }

    [Fact]
    public async Task Outcome_is_written_as_three_files()
    {
        var folder = NewFolder();
        folder.Create([]);
        using var log = new ExecutionLog(new MemoryStream(), TimeProvider.System, 1_000_000);
        await log.WriteAsync(OutputStream.Stdout, Encoding.UTF8.GetBytes("out"), default);
        await log.WriteAsync(OutputStream.Stderr, Encoding.UTF8.GetBytes("err"), default);
        await log.WriteAsync(OutputStream.Stdout, Encoding.UTF8.GetBytes(" more"), default);

        folder.WriteOutcome(log, 42);
        folder.WriteOutcome(log, 137);

        Assert.Equal(("137", "err", "out more"), (Read("exitCode"), Read("stderr"), Read("stdout")));

        string Read(string name) => File.ReadAllText(Path.Combine(folder.Path, name));
    }

    [Fact]
    public void Disk_use_does_not_follow_links()
    {
        var folder = NewFolder();
        var mount = folder.Create([new ResultPath { Name = "outputs", Path = "/out" }])[0];
        var outside = root.CreateSubdirectory("outside");
        File.WriteAllBytes(Path.Combine(outside.FullName, "big"), new byte[10_000]);
        File.WriteAllBytes(Path.Combine(mount.Source, "small"), new byte[10]);
        File.CreateSymbolicLink(Path.Combine(mount.Source, "file-link"), Path.Combine(outside.FullName, "big"));
        Directory.CreateSymbolicLink(Path.Combine(mount.Source, "folder-link"), outside.FullName);

        Assert.Equal(10, folder.MeasureBytes());
    }

    [Fact]
    public void What_the_node_writes_itself_is_no_disk_use_of_the_program()
    {
        var folder = NewFolder();
        var mount = folder.Create([new ResultPath { Name = "deep/outputs", Path = "/out" }])[0];
        File.WriteAllBytes(Path.Combine(mount.Source, "small"), new byte[10]);
        File.WriteAllBytes(Path.Combine(folder.Path, "stdout"), new byte[100]);

        Assert.Equal(10, folder.MeasureBytes());
    }

    [Fact]
    public void Deleting_does_not_follow_links()
    {
        var folder = NewFolder();
        var mount = folder.Create([new ResultPath { Name = "outputs", Path = "/out" }])[0];
        var outside = root.CreateSubdirectory("outside");
        File.WriteAllText(Path.Combine(outside.FullName, "kept"), "x");
        Directory.CreateSymbolicLink(Path.Combine(mount.Source, "folder-link"), outside.FullName);

        folder.Delete();
        folder.Delete();

        Assert.False(Directory.Exists(folder.Path));
        Assert.True(File.Exists(Path.Combine(outside.FullName, "kept")));
    }

    [Fact]
    public void What_a_cut_deletion_left_is_not_there_and_goes_with_the_next_one()
    {
        var folder = NewFolder();
        folder.Create([]);
        Assert.True(folder.IsThere);
        Directory.Move(folder.Path, folder.Path + ".deleted");
        Assert.False(folder.IsThere);

        folder.Create([]);
        folder.Delete();

        Assert.Empty(root.GetFileSystemInfos("results*"));
    }

    private ResultsFolder NewFolder() => new(Path.Combine(root.FullName, "results"));
}
