using System.Globalization;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What a simulated client may want: jobs of every type, and new versions of them.</summary>
internal sealed class JobIdeas(Random random)
{
    public JobPlan New(string name)
    {
        var type = random.Next(10) switch { 0 or 1 => "ops", 2 or 3 or 4 => "service", 5 => "daemon", _ => "batch" };
        var plan = new JobPlan
        {
            Name = name,
            Type = type,
            Namespace = random.Next(3) == 0 ? "team" : "default",
            Zone = random.Next(4) == 0 ? random.Next(2) == 0 ? "a" : "b" : "",
            CpuMillis = CpuOf(type),
            Schedule = type is "batch" or "ops" && random.Next(5) == 0 ? Schedule() : "",
        };
        return WithProgram(Scaled(WithData(plan)));
    }

    /// <summary>A third of the jobs read something. Their names decide, so that what else is drawn does not depend on it.</summary>
    private static JobPlan WithData(JobPlan plan)
    {
        var sum = plan.Name.Sum(c => c * 7);
        return sum % 3 > 0 ? plan : plan with
        {
            Data = sum / 3 % SimulatedInputs.Count,
            Locality = plan.Type == "batch" ? (sum % 2 == 0 ? "require" : "prefer") : "",
            DividesData = plan.Type == "batch" && sum % 2 > 0 && sum % 4 > 1,
        };
    }

    /// <summary>Something else under the same name.</summary>
    public JobPlan Changed(JobPlan plan) => random.Next(3) == 0 ? Scaled(plan) : WithProgram(plan);

    /// <summary>Ops jobs are not run one after the other: on thirty machines that takes longer than anyone waits.</summary>
    private JobPlan Scaled(JobPlan plan) => plan with
    {
        Count = random.Next(5),
        Priority = random.Next(3),
        MaxConcurrency = random.Next(3) == 0 ? (plan.Type == "ops" ? 6 : 1) + random.Next(3) : 0,
        MaxAttempts = plan.IsLongRunning ? 0 : random.Next(3),
    };

    /// <summary>What is placed on each node is small, so that it fits beside whatever else is there for ever.</summary>
    private int CpuOf(string type) => type is "ops" or "daemon" ? 10 : 250 * (1 + random.Next(4));

    private JobPlan WithProgram(JobPlan plan) => plan.IsLongRunning ? Lasting(plan) : Ending(plan);

    private JobPlan Ending(JobPlan plan)
    {
        var failAt = FailurePlace();
        return plan with
        {
            Program = Text($"\"RunForMillis\":{RunTime()},\"ExitCode\":{random.Next(2)},\"FailAt\":\"{failAt}\""),
            Publishes = random.Next(2) == 0,
            // What every open node refuses may wait for a drained one.
            Timeouts = failAt == "Refusal" ? "\"TotalTimeout\":240" : random.Next(8) == 0 ? "\"ExecutionTimeout\":20" : random.Next(10) == 0 ? "\"TotalTimeout\":60" : "",
        };
    }

    private JobPlan Lasting(JobPlan plan)
    {
        var isSound = random.Next(4) > 0;
        var checks = random.Next(3) == 0;
        return plan with
        {
            IsSound = isSound,
            HealthCheck = checks ? Text($"\"Type\":\"exec\",\"Command\":[\"check\"],\"Interval\":{5 + random.Next(6)},\"Retries\":{1 + random.Next(2)}") : "",
            Program = isSound
                ? Text($"\"RunForMillis\":1000000000,\"HealthyFromMillis\":{random.Next(3000)},\"Output\":\"{random.Next(1000)}\"")
                : random.Next(3) switch
                {
                    0 => Text($"\"RunForMillis\":{random.Next(3000)},\"FailAt\":\"Run\""),
                    1 => Text($"\"RunForMillis\":{random.Next(60_000)}"),
                    _ => Text($"\"RunForMillis\":{random.Next(20_000)},\"HealthyUntilMillis\":{random.Next(20_000)}"),
                },
            Rollout = random.Next(2) == 0 ? "" : Text(
                $"\"MaxSurge\":{random.Next(3)},\"MaxUnavailable\":{1 + random.Next(2)},\"HealthyAfter\":{random.Next(15)},\"AutoRollback\":{(random.Next(2) == 0 ? "true" : "false")}"),
        };
    }

    private int RunTime() => random.Next(4) == 0 ? random.Next(60_000) : random.Next(2_000);

    private string FailurePlace() => random.Next(12) switch { 0 => "Run", 1 => "Start", 2 => "Refusal", 3 => "Prepare", _ => "Nowhere" };

    private string Schedule() => Text(
        $"\"Cron\":\"*/{1 + random.Next(3)} * * * *\",\"Overlap\":\"{random.Next(3) switch { 0 => "skip", 1 => "queue", _ => "replace" }}\"");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
