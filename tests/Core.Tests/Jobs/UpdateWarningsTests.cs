using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class UpdateWarningsTests
{
    private static JobSpec Full => TestJobs.With(TestJobs.Task with
    {
        Timeouts = new TimeoutConfig { PrepareTimeout = 1, PublishTimeout = 1, ExecutionTimeout = 5 },
        StopGrace = 0,
        FailOnNonZeroExit = true,
        PublishOn = "always",
        HealthCheck = new HealthCheckSpec { Type = "tcp", Port = 80 },
    }) with
    {
        RetryPolicy = new RetryPolicy { MaxAttempts = 1 },
        MaxConcurrency = 1,
        Placement = "pack",
        Disconnect = new DisconnectPolicy { ReplaceAfter = 60 },
        Rollout = new RolloutPolicy(),
        Schedule = new JobSchedule { Cron = "@daily" },
        Labels = TextMap.Empty.Add("a", "b"),
    };

    [Fact]
    public void An_update_that_lacks_fields_of_ours_says_so_for_each() => Assert.Equal(
        [
            "RetryPolicy", "MaxConcurrency", "Placement", "Disconnect", "Rollout", "Schedule", "Tasks[0].Timeouts.PrepareTimeout",
            "Tasks[0].Timeouts.PublishTimeout", "Tasks[0].StopGrace", "Tasks[0].FailOnNonZeroExit", "Tasks[0].PublishOn", "Tasks[0].HealthCheck",
        ],
        UpdateWarnings.Of(Full, TestJobs.Job).Select(warning => warning.Path));

    [Fact]
    public void An_update_that_sets_or_changes_them_says_nothing()
    {
        Assert.Empty(UpdateWarnings.Of(TestJobs.Job, Full));
        Assert.Empty(UpdateWarnings.Of(Full, Full with { MaxConcurrency = 9, Disconnect = new DisconnectPolicy() }));
    }
}
