using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class PolicyValidationTests
{
    private static JobSpec Service => TestJobs.Job with { Type = JobTypes.Service };

    [Fact]
    public void All_problems_are_found_at_once_with_their_places()
    {
        var spec = Service with
        {
            RetryPolicy = new RetryPolicy { MaxAttempts = -1 },
            MaxConcurrency = -1,
            Placement = "wide",
            Disconnect = new DisconnectPolicy { ReplaceAfter = 29, StopAfter = -1 },
            Rollout = new RolloutPolicy { MaxUnavailable = 0, HealthyAfter = -1 },
            Schedule = new JobSchedule { Cron = "61 * * * *", TimeZone = "Europe/Nowhere", Overlap = "wait" },
            Tasks = [TestJobs.Task with { HealthCheck = new HealthCheckSpec { Type = "http", Interval = -1 } }],
        };
        Assert.Equal(
            [
                "Tasks[0].HealthCheck.Port", "Tasks[0].HealthCheck.Interval", "RetryPolicy.MaxAttempts", "MaxConcurrency", "Placement",
                "Disconnect.StopAfter", "Disconnect.ReplaceAfter", "Rollout.HealthyAfter", "Rollout.MaxUnavailable", "Schedule", "Schedule.Cron",
                "Schedule.TimeZone", "Schedule.Overlap",
            ],
            TestJobs.Check(spec).Problems.Select(problem => problem.Path));
    }

    [Fact]
    public void Everything_in_its_place_is_taken()
    {
        Assert.Empty(TestJobs.Check(Service with
        {
            MaxConcurrency = 2,
            Placement = "spread",
            Disconnect = new DisconnectPolicy { ReplaceAfter = 60, StopAfter = 40 },
            Rollout = new RolloutPolicy { MaxSurge = 1, MaxUnavailable = 0, HealthyAfter = 5, AutoRollback = true },
            Tasks = [TestJobs.Task with { HealthCheck = new HealthCheckSpec { Type = "http", Port = 8080, Path = "/health" } }],
        }).Problems);
        Assert.Empty(TestJobs.Check(Service with { Type = JobTypes.Daemon, Rollout = new RolloutPolicy() }).Problems);
        var schedule = new JobSchedule { Cron = "30 4 * * MON-FRI", TimeZone = "Europe/Berlin", Overlap = "replace" };
        Assert.Empty(TestJobs.Check(TestJobs.Job with { Schedule = schedule }).Problems);
        Assert.Empty(TestJobs.Check(TestJobs.Job with { Type = JobTypes.Ops, Schedule = schedule }).Problems);
    }

    [Theory]
    [InlineData(JobTypes.Batch)]
    [InlineData(JobTypes.Ops)]
    public void Rollout_and_health_are_for_jobs_that_do_not_end(string type)
    {
        var task = TestJobs.Task with { HealthCheck = new HealthCheckSpec { Type = "tcp", Port = 1 } };
        var problems = TestJobs.Check(TestJobs.With(task) with { Type = type, Rollout = new RolloutPolicy() }).Problems;
        Assert.Equal(["Tasks[0].HealthCheck", "Rollout"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.Contains("service and daemon", problem.Hint, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(JobTypes.Service)]
    [InlineData(JobTypes.Daemon)]
    public void A_schedule_is_for_jobs_that_end(string type) => Assert.Equal(
        "Schedule", TestJobs.ProblemOf(TestJobs.Job with { Type = type, Schedule = new JobSchedule { Cron = "@daily" } }).Path);

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, true)]
    public void A_rollout_must_be_able_to_move(int? surge, int? unavailable, bool isTaken) => Assert.Equal(
        isTaken,
        TestJobs.Check(Service with { Rollout = new RolloutPolicy { MaxSurge = surge, MaxUnavailable = unavailable } }).Problems.IsEmpty);

    [Theory]
    [InlineData("", 0, "", "", "Type")]
    [InlineData("grpc", 80, "", "", "Type")]
    [InlineData("HTTP", 80, "", "", "Type")]
    [InlineData("tcp", 65536, "", "", "Port")]
    [InlineData("tcp", 80, "/x", "", "Path")]
    [InlineData("http", 80, "health", "", "Path")]
    [InlineData("http", 80, "", "x", "Command")]
    [InlineData("exec", 0, "", "", "Command")]
    [InlineData("exec", 80, "", "x", "")]
    [InlineData("exec", 0, "", "x", null)]
    [InlineData("tcp", 65535, "", "", null)]
    public void A_health_check_has_what_its_type_needs(string type, int port, string path, string command, string? place)
    {
        var check = new HealthCheckSpec { Type = type, Port = port, Path = path, Command = command.Length > 0 ? [command] : [] };
        var problems = TestJobs.Check(Service with { Tasks = [TestJobs.Task with { HealthCheck = check }] }).Problems;
        Assert.Equal(
            place is null ? [] : [$"Tasks[0].HealthCheck{(place.Length > 0 ? "." : "")}{place}"], problems.Select(problem => problem.Path));
    }

    [Fact]
    public void Nothing_is_replaced_before_its_node_counts_as_lost()
    {
        var spec = Service with { Disconnect = new DisconnectPolicy { ReplaceAfter = 45 } };
        var slow = new JobRules { DisconnectTimeout = TimeSpan.FromSeconds(60) };
        Assert.Empty(TestJobs.Check(spec).Problems);
        var problem = Assert.Single(JobIntake.Check(spec, GivenServerFields.None, JobDefaults.BuiltIn, slow).Problems);
        Assert.Equal("Disconnect.ReplaceAfter", problem.Path);
        Assert.Contains("60", problem.Hint, StringComparison.Ordinal);
        Assert.Empty(JobValidation.Validate(JobNormalisation.Normalise(spec), JobRules.OfAny));
    }

    [Theory]
    [InlineData(null, 19, null, false)]
    [InlineData(null, 20, null, true)]
    [InlineData(60L, 49, null, false)]
    [InlineData(60L, 49, 11L, true)]
    [InlineData(60L, null, null, false)]
    public void A_stop_that_may_come_after_the_replacement_is_warned_about(long? replaceAfter, int? stopAfter, long? grace, bool isWarned)
    {
        var check = TestJobs.Check(Service with
        {
            Disconnect = new DisconnectPolicy { ReplaceAfter = replaceAfter, StopAfter = stopAfter },
            Tasks = [TestJobs.Task with { StopGrace = grace }],
        });
        Assert.Empty(check.Problems);
        Assert.Equal(isWarned ? ["Disconnect.StopAfter"] : [], check.Warnings.Select(warning => warning.Path));
    }
}
