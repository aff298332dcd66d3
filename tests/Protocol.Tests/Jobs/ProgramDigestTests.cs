using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Protocol.Tests.Jobs;

public sealed class ProgramDigestTests
{
    private static JobSpec Service => new()
    {
        Name = "web",
        Type = JobTypes.Service,
        Count = 2,
        Tasks = [new TaskSpec { Name = "main", Engine = new DockerParams { Image = "web:1" }.ToConfig() }],
    };

    [Fact]
    public void What_a_running_program_does_not_depend_on_is_no_part_of_it() => Assert.Equal(
        ProgramDigest.Of(Service),
        ProgramDigest.Of(Service with
        {
            Count = 5,
            Priority = 3,
            Labels = TextMap.Empty.Add("a", "b"),
            Meta = TextMap.Empty.Add("a", "b"),
            RetryPolicy = new RetryPolicy { MaxAttempts = 1 },
            MaxConcurrency = 1,
            Placement = "pack",
            Disconnect = new DisconnectPolicy { ReplaceAfter = 60 },
            Rollout = new RolloutPolicy { MaxSurge = 1 },
        }));

    [Theory]
    [InlineData(JobTypes.Service, false)]
    [InlineData(JobTypes.Daemon, true)]
    public void Where_it_may_run_is_part_of_a_service_while_a_daemon_follows_its_nodes(string type, bool isSame)
    {
        var job = Service with { Type = type, Count = 0 };

        Assert.Equal(isSame, ProgramDigest.Of(job) == ProgramDigest.Of(job with { Constraints = [new LabelRequirement { Key = "zone", Operator = "exists" }] }));
    }

    [Fact]
    public void A_change_of_the_program_or_of_what_is_around_it_changes_it()
    {
        var task = Service.Tasks[0];
        TaskSpec[] tasks =
        [
            task,
            task with { Engine = new DockerParams { Image = "web:2" }.ToConfig() },
            task with { Env = TextMap.Empty.Add("A", "b") },
            task with { Resources = new ResourcesConfig { CPU = "1" } },
            task with { HealthCheck = new HealthCheckSpec { Type = "tcp", Port = 80 } },
            task with { StopGrace = 1 },
        ];
        Assert.Distinct(tasks.Select(changed => ProgramDigest.Of(Service with { Tasks = [changed] })));
    }

    [Fact]
    public void Writing_the_same_otherwise_does_not_change_it() => Assert.Equal(
        ProgramDigest.Of(Service with { Tasks = [Service.Tasks[0] with { Resources = new ResourcesConfig { Memory = "512 MB" } }] }),
        ProgramDigest.Of(Service with { Tasks = [Service.Tasks[0] with { Resources = new ResourcesConfig { Memory = "512mb" } }] }));
}
