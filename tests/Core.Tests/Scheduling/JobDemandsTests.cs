using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Scheduling;

public sealed class JobDemandsTests
{
    [Fact]
    public void Amounts_are_whole_units() => Assert.Equal(
        new ResourceAmount(100, 512_000_000, 1024, 1),
        JobDemands.From(OneTask(new TaskSpec { Resources = new ResourcesConfig { CPU = "0.1", Memory = "512mb", Disk = "1kib", GPU = "1" } })).Amount);

    [Fact]
    public void Types_are_compared_in_lower_case() => Assert.Equal("wasm", JobDemands.From(OneTask(new TaskSpec { Engine = new SpecConfig { Type = " WASM " } })).Engine);

    [Fact]
    public void The_execution_timeout_defaults_to_the_total_timeout() => Assert.Equal(
        TimeSpan.FromSeconds(120),
        JobDemands.From(OneTask(new TaskSpec { Timeouts = new TimeoutConfig { TotalTimeout = 120 } })).ExecutionTimeout);

    [Fact]
    public void A_favoured_label_excludes_no_node()
    {
        var demand = JobDemands.From(OneTask(new TaskSpec()) with
        {
            Constraints =
            [
                new LabelRequirement { Key = "favour_zone", Operator = "=", Values = ["a"] },
                new LabelRequirement { Key = "disk", Operator = "exists" },
            ],
        });
        Assert.Equal("disk", Assert.Single(demand.Constraints).Key);
        Assert.Equal("zone", Assert.Single(demand.Preferences).Key);
    }

    [Fact]
    public void A_partition_is_tried_three_times_unless_the_job_says_otherwise()
    {
        Assert.Equal(3, JobDemands.From(OneTask(new TaskSpec())).MaxAttempts);
        Assert.Equal(7, JobDemands.From(OneTask(new TaskSpec()) with { RetryPolicy = new RetryPolicy { MaxAttempts = 7 } }).MaxAttempts);
    }

    [Fact]
    public void The_last_back_off_is_not_shorter_than_the_first() => Assert.Equal(
        TimeSpan.FromSeconds(90),
        JobDemands.From(OneTask(new TaskSpec()) with { RetryPolicy = new RetryPolicy { InitialBackoff = 90 } }).MaxBackoff);

    private static JobSpec OneTask(TaskSpec task) => new() { Type = JobTypes.Batch, Count = 1, Tasks = [task] };
}
