using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Executions;

public sealed class HealthRecordTests
{
    private static readonly HealthRecord _new = new(new HealthCheckSpec { Type = "http", Port = 80, Interval = 5, Retries = 2 });

    [Fact]
    public void Defaults_are_those_of_the_job_model()
    {
        var record = new HealthRecord(new HealthCheckSpec { Type = "tcp", Port = 1 });

        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), 3), (record.Interval, record.Timeout, record.Retries));
    }

    [Fact]
    public void Looks_are_frequent_until_the_first_check_passes()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), _new.Failed("no").Pause);
        Assert.Equal(TimeSpan.FromSeconds(5), _new.Passed().Pause);
    }

    [Fact]
    public void Before_the_first_pass_time_counts_and_not_the_number_of_checks()
    {
        var record = _new.Failed("a").Failed("b").Failed("c");

        Assert.Null(record.FindProblem(TimeSpan.FromSeconds(9.9)));
        var problem = record.FindProblem(TimeSpan.FromSeconds(10));
        Assert.Equal("Health:Unhealthy", problem!.Code);
        Assert.Contains("http check of port 80/ failed 3 times and never passed in 10 s; the last time: c", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_it_only_failures_in_a_row_count()
    {
        var record = _new.Passed().Failed("a").Passed().Failed("b");
        var age = TimeSpan.FromHours(1);

        Assert.Null(record.FindProblem(age));
        Assert.Contains("failed 2 times in a row; the last time: c", record.Failed("c").FindProblem(age)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_passes_late_but_passes_is_healthy() => Assert.Null(_new.Failed("a").Passed().FindProblem(TimeSpan.FromHours(1)));
}
