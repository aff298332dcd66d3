using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Inputs;

/// <summary>The local source; its cases are those of the recording golden/engines/storage-local.md that a node decides.</summary>
public sealed class LocalInputSourceTests : InputSourceConformance
{
    protected override SpecConfig Refused => Spec.Of("local");

    public override ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Share("ro/sub"));
        Directory.CreateDirectory(Share("rw"));
        Directory.CreateDirectory(Share("deny"));
        File.WriteAllText(Share("ro/f.txt"), "ro-file");
        File.WriteAllText(Share("deny/secret.txt"), "secret");
        File.CreateSymbolicLink(Share("ro/link.txt"), "../deny/secret.txt");
        Directory.CreateSymbolicLink(Share("ro/linkdir"), "../deny");
        Directory.CreateSymbolicLink(Share("ro/inner"), "sub");
        return base.InitializeAsync();
    }

    [Theory]
    [InlineData("ro")]
    [InlineData("ro/f.txt")]
    [InlineData("ro/sub/")]
    [InlineData("ro/./sub/../f.txt")]
    [InlineData("ro/inner")]
    [InlineData("rw")]
    public async Task Allowed_path_is_mounted_where_it_is_and_read_only(string path)
    {
        var mount = await PrepareAsync(Local(path));

        Assert.Equal(new Mount(Share(path switch { "ro/inner" or "ro/sub/" => "ro/sub", "ro/./sub/../f.txt" => "ro/f.txt", _ => path }), "/inputs", Writable: false), mount with { Bytes = default });
        Assert.Equal(new InputBytes(File.Exists(mount.Source) ? new FileInfo(mount.Source).Length : 0, 0), mount.Bytes);
    }

    [Theory]
    [InlineData("deny")]
    [InlineData("deny/secret.txt")]
    [InlineData("ro/../deny")]
    [InlineData("ro/sub/../../deny/secret.txt")]
    [InlineData("ro/link.txt")]
    [InlineData("ro/linkdir")]
    [InlineData("ro/linkdir/secret.txt")]
    [InlineData("ro/linkdir/nosuch")]
    [InlineData("rodent")]
    public async Task Path_outside_of_the_allowed_ones_is_refused_however_it_is_reached(string path) =>
        Assert.Equal("Bacalhau:ConfigurationError", (await FindRefusalAsync(Local(path)))!.Code);

    [Fact]
    public async Task Refusal_does_not_tell_where_a_link_leads() =>
        Assert.DoesNotContain("deny", (await FindRefusalAsync(Local("ro/link.txt")))!.Message, StringComparison.Ordinal);

    [Fact]
    public async Task Writable_where_the_node_allows_it()
    {
        Assert.True((await PrepareAsync(Local("rw", ("ReadWrite", true)))).Writable);
        Assert.True((await PrepareAsync(Local("rw", ("ReadWrite", "true")))).Writable);
    }

    [Fact]
    public async Task Writable_where_the_node_allows_reading_only_is_refused() =>
        Assert.Contains("only be read", (await FindRefusalAsync(Local("ro", ("ReadWrite", true))))!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("ro/missing", false, null)]
    [InlineData("new/a", true, "noCreate")]
    [InlineData("new/a", false, "dir")]
    public async Task Missing_path_that_may_not_be_made_is_refused(string path, bool readWrite, string? createAs) =>
        Assert.Equal("Local:NotFound", (await FindRefusalAsync(Local(path, ("ReadWrite", readWrite), ("CreateAs", createAs))))!.Code);

    [Fact]
    public async Task Missing_folder_is_made_with_its_parents()
    {
        var mount = await PrepareAsync(Local("new/d1/d2", ("ReadWrite", true), ("CreateAs", "dir")));

        Assert.Equal((Share("new/d1/d2"), true), (mount.Source, mount.Writable));
        Assert.True(Directory.Exists(mount.Source));
    }

    [Fact]
    public async Task Missing_file_is_made_with_its_parents()
    {
        var mount = await PrepareAsync(Local("new/e1/f.txt", ("ReadWrite", true), ("CreateAs", "file")));

        Assert.Equal(0, new FileInfo(mount.Source).Length);
    }

    [Fact]
    public async Task Asking_whether_it_is_refused_makes_nothing()
    {
        Assert.Null(await FindRefusalAsync(Local("new/d", ("ReadWrite", true), ("CreateAs", "dir"))));

        Assert.False(Directory.Exists(Share("new")));
    }

    [Fact]
    public async Task Nothing_is_made_through_a_link_that_leads_out()
    {
        Directory.CreateDirectory(Share("new"));
        Directory.CreateSymbolicLink(Share("new/out"), "../deny");

        Assert.NotNull(await FindRefusalAsync(Local("new/out/x", ("ReadWrite", true), ("CreateAs", "dir"))));
    }

    [Fact]
    public async Task Unknown_CreateAs_is_refused_by_name() =>
        Assert.Contains("weird", (await FindRefusalAsync(Local("rw", ("CreateAs", "weird"))))!.Message, StringComparison.Ordinal);

    [Fact]
    public async Task Relative_path_is_refused() =>
        Assert.NotNull(await FindRefusalAsync(Spec.Of("local", ("SourcePath", "ro"))));

    [Fact]
    public async Task Links_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(Share("ro/circle"), "circle");

        Assert.NotNull(await FindRefusalAsync(Local("ro/circle")));
    }

    [Fact]
    public async Task Without_allowed_paths_the_source_is_unavailable() =>
        Assert.Contains("Compute.AllowListedLocalPaths", await new LocalInputSource(AllowedPaths.Parse([])).FindWhyUnavailableAsync(default), StringComparison.Ordinal);

    [Fact]
    public async Task Allowed_path_may_itself_lie_behind_a_link()
    {
        Directory.CreateSymbolicLink(Share("alias"), "ro");
        var source = new LocalInputSource(AllowedPaths.Parse([Share("alias/**")]));

        Assert.Null(await source.FindRefusalAsync(Input(Local("alias/f.txt")), default));
    }

    protected override IInputSource CreateSource() => new LocalInputSource(AllowedPaths.Parse(
        [Share("ro") + ":ro", Share("ro/**") + ":ro", Share("rw") + ":rw", Share("rw/**") + ":rw", Share("new/**") + ":rw"]));

    protected override Task<SpecConfig> FileAsync(string content)
    {
        var path = $"rw/{Guid.NewGuid():N}";
        File.WriteAllText(Share(path), content);
        return Task.FromResult(Local(path));
    }

    protected override Task<SpecConfig?> FolderAsync()
    {
        File.WriteAllText(Share("rw/a.txt"), "from a");
        Directory.CreateDirectory(Share("rw/sub"));
        File.WriteAllText(Share("rw/sub/b.txt"), "from b");
        return Task.FromResult<SpecConfig?>(Local("rw"));
    }

    private string Share(string path) => Path.Combine(Root, "share", path);

    private SpecConfig Local(string path, params (string Name, JsonNode? Value)[] parameters) =>
        Spec.Of("local", [("SourcePath", Share(path)), .. parameters]);

    private Task<Core.Executions.ExecutionProblem?> FindRefusalAsync(SpecConfig source) => CreateSource().FindRefusalAsync(Input(source), default);
}
