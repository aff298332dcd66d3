using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>Applies what namespaces are allowed to jobs that are submitted.</summary>
public static class NamespaceQuotas
{
    /// <summary>The job with no higher priority than its namespace may ask for, and a warning if that is less than it asked for.</summary>
    public static (JobSpec Spec, SpecProblem? Warning) CutPriority(JobSpec spec, ImmutableSortedDictionary<string, NamespaceQuota> quotas)
    {
        if (quotas.GetValueOrDefault(spec.Namespace)?.MaxPriority is not { } most || spec.Priority <= most)
        {
            return (spec, null);
        }

        var message = string.Create(
            CultureInfo.InvariantCulture, $"Priority {spec.Priority} is cut to {most}, the highest that jobs of the namespace {spec.Namespace} may have");
        return (spec with { Priority = most }, new SpecProblem("Priority", message));
    }
}
