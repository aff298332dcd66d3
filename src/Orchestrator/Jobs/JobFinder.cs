using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Finds the job that a person means by a name, an id, or the beginning of one (spec: job-model.md §10).</summary>
public sealed class JobFinder(JobQueries queries)
{
    private const int FullIdLength = 38;

    /// <summary>The job at its latest version. A name counts in its namespace only; an id wherever the job is.</summary>
    /// <param name="asked">Name, id, or beginning of an id.</param>
    /// <param name="space">Namespace of the name; empty for the default one.</param>
    /// <exception cref="JobRefusedException">There is none, or more than one.</exception>
    public StoredJob Find(string asked, string space)
    {
        if (queries.JobByName(space.Length == 0 ? JobNormalisation.DefaultNamespace : space, asked) is { } named)
        {
            return named;
        }

        if (queries.Job(new JobId(asked)) is { } exact)
        {
            return exact;
        }

        var found = asked.Length is > 0 and < FullIdLength ? queries.JobsByPrefix(asked, 2) : [];
        return found.Length switch
        {
            0 => throw NotFound(asked),
            1 => queries.Job(found[0]) ?? throw NotFound(asked),
            _ => throw new JobRefusedException(JobRefusal.Ambiguous, $"several jobs begin with {asked}", "Give more of the job's id."),
        };
    }

    private static JobRefusedException NotFound(string asked) => new(JobRefusal.NotFound, $"job not found: {asked}");
}
