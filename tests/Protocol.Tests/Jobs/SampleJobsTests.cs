using System.Text;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Protocol.Tests.Jobs;

/// <summary>The jobs in the folder samples are right, and stay what they show.</summary>
public sealed class SampleJobsTests
{
    [Theory]
    [InlineData("hello-docker.yaml", JobTypes.Batch)]
    [InlineData("hello-wasm.yaml", JobTypes.Batch)]
    [InlineData("flight-delays-docker.yaml", JobTypes.Batch)]
    [InlineData("flight-delays-wasm.yaml", JobTypes.Batch)]
    [InlineData("ops-facts.yaml", JobTypes.Ops)]
    [InlineData("daemon-disk.yaml", JobTypes.Daemon)]
    [InlineData("service-web.yaml", JobTypes.Service)]
    [InlineData("schedule-nightly.yaml", JobTypes.Batch)]
    public void A_sample_is_accepted_without_a_word(string name, string type)
    {
        var reading = Read(name);
        Assert.Empty(reading.ProblemsForCommandLine(strict: true));
        var check = JobIntake.Check(reading.Spec!, reading.Given, JobDefaults.BuiltIn);
        Assert.Empty(check.Problems);
        Assert.Empty(check.Warnings);
        Assert.Equal(type, check.Spec.Type);
    }

    [Fact]
    public void Samples_of_scheduling_show_their_fields()
    {
        Assert.Equal(new JobSchedule { Cron = "30 4 * * MON-FRI", TimeZone = "Europe/Berlin", Overlap = "skip" }, Read("schedule-nightly.yaml").Spec!.Schedule);
        var service = Read("service-web.yaml").Spec!;
        Assert.Equal(new RolloutPolicy { MaxSurge = 1, MaxUnavailable = 0, HealthyAfter = 10, AutoRollback = true }, service.Rollout);
        Assert.Equal((HealthCheckTypes.Http, 8080, 3), (service.Tasks[0].HealthCheck!.Type, service.Tasks[0].HealthCheck!.Port, service.Tasks[0].HealthCheck!.Retries));
    }

    private static JobReading Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(FindSamples(), name))
            .Replace("{{.samples}}", "/samples", StringComparison.Ordinal)
            .Replace("{{.image}}", "busybox:1.36", StringComparison.Ordinal);
        return JobFile.Read(Encoding.UTF8.GetBytes(text)).Reading;
    }

    private static string FindSamples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bacalhau.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Path.Combine(folder.FullName, "samples");
    }
}
