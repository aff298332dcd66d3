using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;

namespace Bacalhau.Core.Tests.Locality;

public sealed class DataNeedsTests
{
    [Fact]
    public void Url_travels_as_its_digest_and_host_and_never_in_clear()
    {
        var need = Assert.Single(Of(Input("urlDownload", ("URL", "https://user:s3cret@data.example.org:8443/private/a.csv?token=abc"))));

        var told = string.Join('\n', need.Source.Params.Select(pair => $"{pair.Key}={pair.Value}")) + need.Source.Type + need.Name;
        Assert.Contains("data.example.org:8443", told, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", told, StringComparison.Ordinal);
        Assert.DoesNotContain("private", told, StringComparison.Ordinal);
        Assert.DoesNotContain("token", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_input_of_two_jobs_is_one_need_and_other_inputs_are_others()
    {
        var one = Of(Input("s3", ("Bucket", "b"), ("Key", "k")));
        var other = Of(Input("S3", ("Key", "k"), ("Bucket", "b")));

        Assert.Equal(one[0].Key, other[0].Key);
        Assert.NotEqual(one[0].Key, Of(Input("s3", ("Bucket", "b"), ("Key", "k2")))[0].Key);
    }

    [Fact]
    public void Local_path_is_fixed_unless_it_may_be_made() => Assert.Equal(
        [true, true, false],
        Of(
            Input("local", ("SourcePath", "/data")),
            Input("localDirectory", ("SourcePath", "/other"), ("CreateAs", "dir")),
            Input("local", ("SourcePath", "/new"), ("CreateAs", "dir"), ("ReadWrite", "true"))).Select(need => need.IsFixed));

    [Fact]
    public void Inline_data_is_everywhere_and_is_not_asked_for() => Assert.Empty(Of(Input("inline", ("URL", "data:,x"))));

    [Theory]
    [InlineData(JobTypes.Ops)]
    [InlineData(JobTypes.Daemon)]
    public void Jobs_that_run_on_each_node_ask_for_nothing(string type) =>
        Assert.Empty(DataNeeds.Of(Job(Input("s3", ("Bucket", "b"))) with { Type = type }));

    [Fact]
    public void Job_that_ignores_locality_asks_for_nothing() =>
        Assert.Empty(DataNeeds.Of(Job(Input("local", ("SourcePath", "/data"))) with { Locality = LocalityModes.Ignore }));

    [Fact]
    public void Only_divided_data_differs_by_partition()
    {
        var divided = Input("s3", ("Bucket", "b"), ("Key", "k/")) with { };
        var partition = JsonDocument.Parse("""{"Type":"object"}""").RootElement;
        divided = divided with { Source = divided.Source! with { Params = divided.Source.Params.Add("Partition", partition) } };

        Assert.Equal([4, 1], DataNeeds.Of(Job(divided, Input("s3", ("Bucket", "b"), ("Key", "k/"))) with { Count = 4 }).Select(need => need.Partitions));
    }

    private static ImmutableArray<DataNeed> Of(params InputSource[] inputs) => DataNeeds.Of(Job(inputs));

    private static JobSpec Job(params InputSource[] inputs) => new() { Type = JobTypes.Batch, Tasks = [new TaskSpec { InputSources = [.. inputs] }] };

    private static InputSource Input(string type, params (string Name, string Value)[] values) => new()
    {
        Source = new SpecConfig
        {
            Type = type,
            Params = values.ToImmutableSortedDictionary(pair => pair.Name, pair => JsonDocument.Parse($"\"{pair.Value}\"").RootElement, StringComparer.Ordinal),
        },
        Target = "/inputs",
    };
}
