using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class JobValidationTests
{
    [Fact]
    public void A_job_that_is_right_has_no_problems()
    {
        Assert.Empty(TestJobs.Check(TestJobs.Job).Problems);
        Assert.Empty(TestJobs.Check(TestJobs.With(TestJobs.WasmTask)).Problems);
    }

    [Theory]
    [InlineData("", SpecProblemCode.Missing)]
    [InlineData("BATCH", SpecProblemCode.Invalid)]
    [InlineData("cron", SpecProblemCode.Invalid)]
    public void Other_types_of_jobs_are_refused(string type, SpecProblemCode code)
    {
        var problem = TestJobs.ProblemOf(TestJobs.Job with { Type = type });
        Assert.Equal(("Type", code), (problem.Path, problem.Code));
    }

    [Theory]
    [InlineData("batch", null, 1)]
    [InlineData("batch", 0, 0)]
    [InlineData("service", null, 1)]
    [InlineData("service", 3, 3)]
    [InlineData("ops", null, 0)]
    [InlineData("ops", 1, 0)]
    [InlineData("daemon", 1, 0)]
    public void The_four_types_of_jobs_are_taken_with_their_count(string type, int? count, int expected)
    {
        var check = TestJobs.Check(TestJobs.Job with { Type = type, Count = count });
        Assert.Empty(check.Problems);
        Assert.Equal(expected, check.Spec.Count);
    }

    [Theory]
    [InlineData("ops")]
    [InlineData("daemon")]
    public void A_job_on_each_node_has_no_count(string type) =>
        Assert.Equal("Count", TestJobs.ProblemOf(TestJobs.Job with { Type = type, Count = 2 }).Path);

    [Theory]
    [InlineData(-1)]
    [InlineData(JobLimits.MaxCount + 1)]
    public void A_count_out_of_range_is_refused(int count) => Assert.Equal("Count", TestJobs.ProblemOf(TestJobs.Job with { Count = count }).Path);

    [Theory]
    [InlineData(0)]
    [InlineData(JobLimits.MaxCount)]
    public void A_count_in_range_is_taken(int count) => Assert.Empty(TestJobs.Check(TestJobs.Job with { Count = count }).Problems);

    [Fact]
    public void More_than_one_task_is_refused_with_words()
    {
        var problem = TestJobs.ProblemOf(TestJobs.Job with { Tasks = [TestJobs.Task, TestJobs.Task with { Name = "other" }] });
        Assert.Equal(SpecProblemCode.NotSupported, problem.Code);
        Assert.Contains("later", problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../up")]
    [InlineData("a/../../b")]
    [InlineData("/absolute")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("a\\..\\b")]
    [InlineData("stdout")]
    [InlineData("a\0b")]
    public void A_result_name_that_leaves_its_folder_is_refused(string name) => Assert.Equal(
        "Tasks[0].ResultPaths[0].Name",
        TestJobs.ProblemOf(TestJobs.With(WithResult(new ResultPath { Name = name, Path = "/outputs" }))).Path);

    [Theory]
    [InlineData("outputs")]
    [InlineData("a/b")]
    [InlineData("..a")]
    public void Other_result_names_are_taken(string name) =>
        Assert.Empty(TestJobs.Check(TestJobs.With(WithResult(new ResultPath { Name = name, Path = "/outputs" }))).Problems);

    [Theory]
    [InlineData("A", "value", true)]
    [InlineData("A_1", "env:HOME", true)]
    [InlineData("Ä", "x", true)]
    [InlineData("a", "x", false)]
    [InlineData("1A", "x", false)]
    [InlineData("_A", "x", false)]
    [InlineData("A-B", "x", false)]
    [InlineData("BACALHAU_X", "x", false)]
    [InlineData("A", "", false)]
    public void Variables_have_upper_case_names_and_a_value(string name, string value, bool isTaken) => Assert.Equal(
        isTaken,
        TestJobs.Check(TestJobs.With(TestJobs.Task with { Env = TextMap.Empty.Add(name, value) })).Problems.IsEmpty);

    [Theory]
    [InlineData("/other.wasm", false)]
    [InlineData("/m.wasm", true)]
    [InlineData("/m.wasm/file", true)]
    [InlineData("/m.wasm2", false)]
    [InlineData("", false)]
    public void The_entry_module_is_an_input(string module, bool isTaken) => Assert.Equal(
        isTaken,
        TestJobs.Check(TestJobs.With(TestJobs.WasmTask with { Engine = new WasmParams { EntryModule = module }.ToConfig() })).Problems.IsEmpty);

    [Fact]
    public void An_input_that_is_written_twice_is_refused_for_both_reasons()
    {
        var input = TestJobs.WasmTask.InputSources[0] with { Alias = "x" };
        var problems = TestJobs.Check(TestJobs.With(TestJobs.WasmTask with { InputSources = [input, input] })).Problems;
        Assert.Equal(["Tasks[0].InputSources[1].Alias", "Tasks[0].InputSources[1].Target"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.Equal(SpecProblemCode.Duplicate, problem.Code));
    }

    [Fact]
    public void The_name_of_the_host_network_is_taken() => Assert.Empty(TestJobs.Check(TestJobs.With(
        TestJobs.Task with { Network = new NetworkConfig { Type = NetworkType.Host } })).Problems);

    [Fact]
    public void Http_networks_and_ports_are_refused_with_words()
    {
        var network = new NetworkConfig { Type = NetworkType.HTTP, Domains = ["a.org"], Ports = [new PortMapping { Name = "x" }] };
        var problems = TestJobs.Check(TestJobs.With(TestJobs.Task with { Network = network })).Problems;
        Assert.Equal(["Tasks[0].Network.Type", "Tasks[0].Network.Ports"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.Equal(SpecProblemCode.NotSupported, problem.Code));
    }

    [Fact]
    public void Times_for_preparing_and_publishing_are_no_part_of_the_total_but_in_range()
    {
        Assert.Empty(TestJobs.Check(WithTimeouts(new TimeoutConfig { TotalTimeout = 10, PrepareTimeout = 600, PublishTimeout = 600 })).Problems);
        Assert.Equal("Tasks[0].Timeouts.PrepareTimeout", TestJobs.ProblemOf(WithTimeouts(new TimeoutConfig { PrepareTimeout = -1 })).Path);
        Assert.Equal("Tasks[0].Timeouts.PublishTimeout", TestJobs.ProblemOf(WithTimeouts(new TimeoutConfig { PublishTimeout = -1 })).Path);
    }

    [Fact]
    public void Timeouts_whose_sum_overflows_are_no_trouble() => Assert.NotEmpty(TestJobs.Check(TestJobs.With(TestJobs.Task with
    {
        Timeouts = new TimeoutConfig { ExecutionTimeout = long.MaxValue, QueueTimeout = long.MaxValue, TotalTimeout = long.MaxValue },
    })).Problems);

    [Fact]
    public void Sizes_are_looked_at_when_all_else_is_right()
    {
        var long_ = TestJobs.Job with { Name = new string('x', JobLimits.MaxNameLength + 1) };
        Assert.Equal(SpecProblemCode.TooLarge, TestJobs.ProblemOf(long_).Code);
        Assert.Equal("missing job tasks", TestJobs.ProblemOf(long_ with { Tasks = [] }).Message);
    }

    [Fact]
    public void A_million_problems_are_told_by_the_first_hundred()
    {
        var task = TestJobs.Task with { Name = new string('x', 100_000), InputSources = [.. Enumerable.Repeat(new InputSource(), 100_000)] };
        var problems = TestJobs.Check(TestJobs.With(task)).Problems;
        Assert.Equal(100, problems.Length);
        Assert.All(problems, problem => Assert.True(problem.Message.Length < 1000));
    }

    private static JobSpec WithTimeouts(TimeoutConfig timeouts) => TestJobs.With(TestJobs.Task with { Timeouts = timeouts });

    private static TaskSpec WithResult(ResultPath result) =>
        TestJobs.Task with { Publisher = new SpecConfig { Type = PublisherTypes.Local }, ResultPaths = [result] };
}
