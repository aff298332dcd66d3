using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class JobIntakeTests
{
    [Fact]
    public void What_is_not_given_gets_the_defaults()
    {
        var spec = TestJobs.Check(TestJobs.Job).Spec;
        Assert.Equal(("default", 1), (spec.Namespace, spec.Count));
        Assert.Equal(("500m", "512mb", ""), (spec.Tasks[0].Resources!.CPU, spec.Tasks[0].Resources!.Memory, spec.Tasks[0].Resources!.Disk));
    }

    [Fact]
    public void What_is_given_is_kept()
    {
        var defaults = new JobDefaults
        {
            Batch = new JobTypeDefaults
            {
                Priority = 5,
                Publisher = new SpecConfig { Type = "local" },
                ExecutionTimeout = TimeSpan.FromSeconds(60),
            },
        };
        var given = TestJobs.With(TestJobs.Task with
        {
            Publisher = new SpecConfig { Type = "noop" },
            Resources = new ResourcesConfig { CPU = " 1.5 ", Memory = "1 GiB" },
            Timeouts = new TimeoutConfig { ExecutionTimeout = 7 },
        }) with
        { Priority = 3 };
        var spec = JobIntake.Check(given, GivenServerFields.None, defaults).Spec;
        Assert.Equal((3, "noop", 7), (spec.Priority, spec.Tasks[0].Publisher!.Type, spec.Tasks[0].Timeouts!.ExecutionTimeout));
        Assert.Equal(("1.5", "1gib"), (spec.Tasks[0].Resources!.CPU, spec.Tasks[0].Resources!.Memory));
    }

    [Fact]
    public void A_default_publisher_is_enough_for_result_paths()
    {
        var defaults = new JobDefaults { Batch = new JobTypeDefaults { Publisher = new SpecConfig { Type = "local" } } };
        var spec = TestJobs.With(TestJobs.Task with { ResultPaths = [new ResultPath { Name = "o", Path = "/o" }] });
        Assert.True(Assert.Single(TestJobs.Check(spec).Problems).FoundWhenStored);
        Assert.Empty(JobIntake.Check(spec, GivenServerFields.None, defaults).Problems);
    }

    [Fact]
    public void Meta_of_the_server_is_taken_out_with_a_warning()
    {
        var check = TestJobs.Check(TestJobs.Job with { Meta = TextMap.Empty.Add("owner", "me").Add("bacalhau.org/requester.id", "forged") });
        Assert.Equal(["owner"], check.Spec.Meta.Keys);
        Assert.Equal("Meta.bacalhau.org/requester.id", Assert.Single(check.Warnings).Path);
    }

    [Fact]
    public void Parameters_that_do_not_exist_are_warned_about_with_the_nearest_name()
    {
        var task = TestJobs.Task with { Engine = ParamValue.Config("docker", ("Image", ParamValue.Of("x")), ("Paramters", ParamValue.Of("y"))) };
        var warning = Assert.Single(TestJobs.Check(TestJobs.With(task)).Warnings);
        Assert.Equal(("Tasks[0].Engine.Params.Paramters", "did you mean 'Parameters'?"), (warning.Path, warning.Hint));
    }

    [Fact]
    public void Modules_of_the_old_form_become_inputs()
    {
        using var old = JsonDocument.Parse("""{"Source":{"Type":"local","Params":{"SourcePath":"/srv/m.wasm"}}}""");
        using var imports = JsonDocument.Parse("""[{"Target":"/i.wasm","Source":{"Type":"inline","Params":{"URL":"data:,x"}}}]""");
        var task = new TaskSpec
        {
            Name = "main",
            Engine = ParamValue.Config("wasm", ("EntryModule", old.RootElement.Clone()), ("ImportModules", imports.RootElement.Clone())),
        };
        var check = TestJobs.Check(TestJobs.With(task));
        Assert.Empty(check.Problems);
        Assert.Equal(["/wasm/entry.wasm", "/i.wasm"], check.Spec.Tasks[0].InputSources.Select(input => input.Target));
        Assert.Equal(["/i.wasm"], WasmParams.Read(check.Spec.Tasks[0].Engine!).Value!.ImportModules);
    }

    [Fact]
    public void A_job_without_a_name_is_named_after_its_id()
    {
        var origin = new JobOrigin { Orchestrator = new NodeId("n-1"), ClientInstance = "c" };
        var stamped = origin.Stamp(TestJobs.Job with { Name = "" }, new JobId("j-1"));
        Assert.Equal("j-1", stamped.Name);
        Assert.Equal(
            ["bacalhau.org/client.instance.id=c", "bacalhau.org/orchestrator.id=n-1", "bacalhau.org/requester.id=n-1"],
            stamped.Meta.Select(pair => $"{pair.Key}={pair.Value}"));
    }
}
