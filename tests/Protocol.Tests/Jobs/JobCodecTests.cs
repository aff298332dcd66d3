using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Protocol.Tests.Jobs;

public sealed class JobCodecTests
{
    private const string EveryField =
        """{"Name":"every-field","Namespace":"team-a","Type":"batch","Priority":7,"Count":1,"Constraints":[{"Key":"os_type","Operator":"in","Values":["linux"]},{"Key":"zone","Operator":"exists"}],"Meta":{"owner":"me"},"Labels":{"app":"demo","tier":"a"},"Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Entrypoint":null,"EnvironmentVariables":["EXTRA=extra"],"Image":"busybox:1.35-local","Parameters":["sh","-c","echo err-text \u003e\u00262"],"WorkingDirectory":"/tmp"}},"Publisher":{"Type":"local"},"Env":{"GREETING":"hello","WITHIN":"env:GOLDEN_VAR"},"Meta":{"taskmeta":"tm"},"InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:text/plain,inline-text%0A"}},"Alias":"inl","Target":"/inputs/in.txt"},{"Source":{"Type":"local","Params":{"CreateAs":"noCreate","ReadWrite":false,"SourcePath":"/srv"}},"Alias":"loc","Target":"/local"}],"ResultPaths":[{"Name":"outputs","Path":"/outputs"}],"Resources":{"CPU":"10m","Memory":"32mb","Disk":"10mb","GPU":"0"},"Network":{"Type":"Bridge","Ports":[{"Name":"http","Target":8080},{"Name":"fixed","Static":9000,"Target":9090,"HostNetwork":"127.0.0.1"}]},"Timeouts":{"ExecutionTimeout":60,"QueueTimeout":30,"TotalTimeout":120,"PrepareTimeout":40,"PublishTimeout":50},"StopGrace":3,"FailOnNonZeroExit":true,"PublishOn":"always","HealthCheck":{"Type":"http","Port":8080,"Path":"/health","Command":["check"],"Interval":5,"Timeout":2,"Retries":4}}],"RetryPolicy":{"MaxAttempts":2},"MaxConcurrency":3,"Placement":"spread","Disconnect":{"ReplaceAfter":60,"StopAfter":0},"Rollout":{"MaxSurge":1,"MaxUnavailable":0,"HealthyAfter":20,"AutoRollback":true},"Schedule":{"Cron":"0 3 * * *","TimeZone":"Europe/Berlin","Overlap":"queue"}}""";

    [Fact]
    public void A_spec_with_every_field_is_read_and_written_unchanged() =>
        Assert.Equal(EveryField, Encoding.UTF8.GetString(SpecDocument.Of(Read(EveryField).Spec!).Bytes));

    [Fact]
    public void A_spec_document_reads_back_to_the_same_document()
    {
        var document = SpecDocument.Of(Read(EveryField).Spec!);
        Assert.Equal(document.Digest, SpecDocument.Of(document.Read()).Digest);
    }

    [Fact]
    public void Names_match_without_case_and_null_is_as_not_given()
    {
        var reading = Read("""{"name":"x","TYPE":"batch","count":null,"labels":null,"tasks":[{"name":"main","engine":{"type":"WASM","params":null},"inputSources":null}]}""");
        Assert.Empty(reading.Problems);
        Assert.Empty(reading.UnknownFields);
        Assert.Null(reading.Spec!.Count);
        Assert.Equal("WASM", reading.Spec.Tasks[0].Engine!.Type);
    }

    [Fact]
    public void Fields_of_scheduling_that_are_not_given_are_not_written()
    {
        var text = Encoding.UTF8.GetString(SpecDocument.Of(Read("""{"MaxConcurrency":0,"Placement":"","Disconnect":{},"Rollout":{"AutoRollback":false},"Schedule":null}""").Spec!).Bytes);
        Assert.EndsWith("""Tasks":[],"Disconnect":{},"Rollout":{}}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_field_of_scheduling_is_named_with_its_place() => Assert.Equal(
        [("Disconnect.StopAftr", "did you mean 'StopAfter'?"), ("Rollout.MaxSurg", "did you mean 'MaxSurge'?"), ("Tasks[0].HealthCheck.Prot", "did you mean 'Port'?")],
        Read("""{"Rollout":{"MaxSurg":1},"Disconnect":{"StopAftr":1},"Tasks":[{"HealthCheck":{"Prot":1}}]}""").UnknownNestedFields
            .Select(field => (field.Path, field.Hint)).Order());

    [Fact]
    public void The_last_of_equal_fields_wins() => Assert.Equal("b", Read("""{"Name":"a","name":"b"}""").Spec!.Name);

    [Fact]
    public void Every_wrong_type_is_found_with_its_place()
    {
        var reading = Read("""{"Name":5,"Count":1.5,"Labels":{"a":1},"Tasks":[{"Resources":{"CPU":1},"Timeouts":{"ExecutionTimeout":"5s"},"Network":{"Type":"Banana"}},null]}""");
        Assert.Null(reading.Spec);
        Assert.Equal(
            ["Count", "Labels.a", "Name", "Tasks[0].Network.Type", "Tasks[0].Resources.CPU", "Tasks[0].Timeouts.ExecutionTimeout", "Tasks[1]"],
            reading.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_unknown_field_is_named_with_the_nearest_one()
    {
        var unknown = Read("""{"Nmae":"x","Tasks":[{"Engin":{}}]}""").UnknownFields;
        Assert.Equal(["Tasks[0].Engin", "Nmae"], unknown.Select(field => field.Path));
        Assert.Equal(["did you mean 'Engine'?", "did you mean 'Name'?"], unknown.Select(field => field.Hint));
    }

    [Fact]
    public void The_command_line_refuses_fields_of_the_server_and_unknown_ones_of_the_job() => Assert.Equal(
        ["field: 'ID' in 'Job' is not allowed", "field: 'State' in 'Job' is not allowed", "unknown field: 'Foo' in 'Job'"],
        Read("""{"Foo":1,"State":{},"ID":"","Tasks":[{"Bar":1}]}""").ProblemsForCommandLine().Select(problem => problem.Message));

    [Fact]
    public void Fields_of_the_server_count_as_given_when_they_hold_a_value() => Assert.Equal(
        ["State", "Revision", "Version", "CreateTime", "ModifyTime", "ID"],
        Read("""{"ID":"j-forged","State":{"StateType":"completed"},"Version":9,"Revision":9,"CreateTime":1,"ModifyTime":2}""").Given.WithValue);

    [Fact]
    public void Empty_fields_of_the_server_do_not_count_as_given() =>
        Assert.Empty(Read("""{"ID":"","State":{"StateType":"Undefined"},"Version":0,"Revision":0,"CreateTime":0,"ModifyTime":0}""").Given.WithValue);

    [Fact]
    public void Parameters_are_kept_in_one_form() => Assert.Equal(
        """{"A":100,"b":{"x":0.000001,"y":1e-7}}""",
        ParamsOf("""{"b":{"y":1E-7,"x":1e-6},"A":5,"A":1e2}"""));

    [Theory]
    [InlineData("Tasks", "[{},", "{}]")]
    [InlineData("Labels", "{", "\"a\":\"b\"}")]
    public void Very_many_entries_are_one_problem(string name, string start, string end)
    {
        var entries = string.Concat(Enumerable.Range(0, 20_000).Select(index => name == "Tasks" ? "{}," : $"\"{index}\":\"\","));
        var found = Assert.Single(Read($"{{\"{name}\":{start}{entries}{end}}}").Problems);
        Assert.Equal((name, SpecProblemCode.TooLarge), (found.Path, found.Code));
    }

    [Fact]
    public void A_job_at_the_limits_can_be_read_after_the_server_added_to_it()
    {
        var meta = TextMap.Empty.AddRange(Enumerable.Range(0, JobLimits.MaxMapEntries).Select(index => KeyValuePair.Create($"{index}", "x")));
        var stamped = new JobOrigin { Orchestrator = new NodeId("n-1") }.Stamp(new JobSpec { Meta = meta }, new JobId("j-1"));
        Assert.Equal(JobLimits.MaxMapEntries + 2, SpecDocument.Of(stamped).Read().Meta.Count);
    }

    [Fact]
    public void Half_a_surrogate_is_a_problem_and_no_exception() =>
        Assert.Equal(SpecProblemCode.Syntax, Assert.Single(Read("""{"Name":"\ud800"}""").Problems).Code);

    [Fact]
    public void The_public_document_has_the_fields_of_the_server_in_their_places()
    {
        var spec = Read("""{"Name":"n","Namespace":"default","Type":"batch","Count":1,"RetryPolicy":{"MaxAttempts":1}}""").Spec!;
        var document = JobDocument.Of(spec, new JobServerFields("j-1", new JobStateView("Running", "why"), 1, 3, 5, 6));
        Assert.Equal(
            """{"ID":"j-1","Name":"n","Namespace":"default","Type":"batch","Priority":0,"Count":1,"Constraints":[],"Meta":{},"Labels":{},"Tasks":[],"State":{"StateType":"Running","Message":"why"},"Version":1,"Revision":3,"CreateTime":5,"ModifyTime":6,"RetryPolicy":{"MaxAttempts":1}}""",
            document.GetRawText());
    }

    private static string ParamsOf(string parameters)
    {
        var text = Encoding.UTF8.GetString(SpecDocument.Of(Read($$$"""{"Tasks":[{"Engine":{"Type":"e","Params":{{{parameters}}}}}]}""").Spec!).Bytes);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("Tasks")[0].GetProperty("Engine").GetProperty("Params").GetRawText();
    }

    private static JobReading Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return JobReader.Read(document.RootElement);
    }
}
