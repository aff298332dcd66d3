using Bacalhau.Core.Locality;

namespace Bacalhau.Core.Jobs;

/// <summary>Rules of how a job is scheduled: retries, limits, silence of nodes, rollout, calendar.</summary>
internal static class PolicyValidation
{
    private static readonly string[] _overlaps = ["", "skip", "queue", "replace"];

    public static void Check(JobSpec spec, JobRules rules, SpecProblems problems)
    {
        CheckRetryPolicy(spec.RetryPolicy ?? new(), problems);
        CheckRange("MaxConcurrency", spec.MaxConcurrency, JobLimits.MaxCount, problems, "0 is no limit");
        if (spec.Placement is not ("" or "pack" or "spread"))
        {
            problems.Add("Placement", $"Placement is '{spec.Placement}'", "it is pack or spread");
        }

        if (spec.Locality is not ("" or LocalityModes.Prefer or LocalityModes.Require or LocalityModes.Ignore))
        {
            problems.Add("Locality", $"Locality is '{spec.Locality}'", "it is prefer, require or ignore");
        }

        CheckRange("LocalityWait", spec.LocalityWait, JobLimits.MaxTimeoutSeconds, problems, "in seconds");
        CheckDisconnect(spec.Disconnect ?? new(), rules, problems);
        CheckRollout(spec, problems);
        CheckSchedule(spec, problems);
    }

    /// <summary>A promise that a job does not get, though it looks as if it asked for it.</summary>
    public static IEnumerable<SpecProblem> Warnings(JobSpec spec, JobRules rules)
    {
        if (spec.Disconnect is not { StopAfter: { } stopAfter } policy)
        {
            yield break;
        }

        var replaceAfter = policy.ReplaceAfter ?? (long)rules.DisconnectTimeout.TotalSeconds;
        var grace = spec.Tasks.Select(task => task.StopGrace ?? JobLimits.DefaultStopGraceSeconds).DefaultIfEmpty().Max();
        if (stopAfter + (Int128)grace >= replaceAfter)
        {
            yield return new SpecProblem(
                "Disconnect.StopAfter",
                $"two at once cannot be ruled out: a node that is cut off stops the execution after {stopAfter}s and {grace}s of stop grace,"
                + $" but it is replaced after {replaceAfter}s",
                "raise ReplaceAfter or lower StopAfter");
        }
    }

    private static void CheckRetryPolicy(RetryPolicy policy, SpecProblems problems)
    {
        CheckRange("RetryPolicy.MaxAttempts", policy.MaxAttempts, JobLimits.MaxAttempts, problems);
        CheckRange("RetryPolicy.InitialBackoff", policy.InitialBackoff, JobLimits.MaxTimeoutSeconds, problems);
        CheckRange("RetryPolicy.MaxBackoff", policy.MaxBackoff, JobLimits.MaxTimeoutSeconds, problems);
        if (policy is { MaxBackoff: > 0 } && policy.InitialBackoff > policy.MaxBackoff)
        {
            problems.Add("RetryPolicy.MaxBackoff", "RetryPolicy.MaxBackoff is shorter than InitialBackoff");
        }
    }

    private static void CheckDisconnect(DisconnectPolicy policy, JobRules rules, SpecProblems problems)
    {
        CheckRange("Disconnect.ReplaceAfter", policy.ReplaceAfter, JobLimits.MaxTimeoutSeconds, problems, "in seconds");
        CheckRange("Disconnect.StopAfter", policy.StopAfter, JobLimits.MaxTimeoutSeconds, problems, "in seconds");
        if (policy.ReplaceAfter >= 0 && policy.ReplaceAfter < rules.DisconnectTimeout.TotalSeconds)
        {
            problems.Add(
                "Disconnect.ReplaceAfter",
                $"Disconnect.ReplaceAfter is {policy.ReplaceAfter}s, but a node counts as lost only after {rules.DisconnectTimeout.TotalSeconds}s of silence",
                $"raise it to {Math.Ceiling(rules.DisconnectTimeout.TotalSeconds)} or more, or lower NodeManager.DisconnectTimeout of the orchestrator");
        }
    }

    private static void CheckRollout(JobSpec spec, SpecProblems problems)
    {
        if (spec.Rollout is not { } policy)
        {
            return;
        }

        if (spec.Type is JobTypes.Batch or JobTypes.Ops)
        {
            problems.Add("Rollout", $"{spec.Type} jobs have no rollout", "it is for service and daemon jobs: take it out");
        }

        CheckRange("Rollout.MaxSurge", policy.MaxSurge, JobLimits.MaxCount, problems);
        CheckRange("Rollout.MaxUnavailable", policy.MaxUnavailable, JobLimits.MaxCount, problems);
        CheckRange("Rollout.HealthyAfter", policy.HealthyAfter, JobLimits.MaxTimeoutSeconds, problems, "in seconds");
        if (policy is { MaxSurge: null or 0, MaxUnavailable: 0 })
        {
            problems.Add(
                "Rollout.MaxUnavailable", "no execution could be replaced: none may be missing and none be there beside another", "let MaxSurge or MaxUnavailable be 1 or more");
        }
    }

    private static void CheckSchedule(JobSpec spec, SpecProblems problems)
    {
        if (spec.Schedule is not { } schedule)
        {
            return;
        }

        if (spec.Type is JobTypes.Service or JobTypes.Daemon)
        {
            problems.Add("Schedule", $"{spec.Type} jobs run all the time and have no schedule", "it is for batch and ops jobs: take it out");
        }

        problems.AddRange(ScheduleTimes.Read(schedule).Problems);
        if (!_overlaps.Contains(schedule.Overlap))
        {
            problems.Add("Schedule.Overlap", $"Schedule.Overlap is '{schedule.Overlap}'", "it is skip, queue or replace");
        }
    }

    private static void CheckRange(string path, long? value, long most, SpecProblems problems, string meaning = "")
    {
        if (value < 0 || value > most)
        {
            problems.Add(path, $"{path} is {value}", $"it must be from 0 to {most}{(meaning.Length > 0 ? $"; {meaning}" : "")}");
        }
    }
}
