using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What must hold of the jobs that scheduled ones start: none twice, none beside another, and an outage is made up for by one.</summary>
internal sealed class ScheduleChecks(SimulationWorld world)
{
    private static readonly TimeSpan _shortestPeriod = TimeSpan.FromMinutes(1);

    private readonly HashSet<JobId> seen = [];
    private readonly Dictionary<JobId, List<(DateTimeOffset At, string Name)>> firings = [];
    private readonly Dictionary<JobId, JobId> running = [];

    public void Follow(ClusterSnapshot snapshot)
    {
        running.Clear();
        foreach (var job in snapshot.Jobs.Values)
        {
            if (job.Demand.Parent is not { } parent)
            {
                continue;
            }

            if (seen.Add(job.Id))
            {
                Fired(parent, job);
            }

            if (!job.State.IsTerminal() && !running.TryAdd(parent, job.Id))
            {
                world.Checks.Fail($"{parent} has two jobs at once: {running[parent]} and {job.Id}");
            }
        }
    }

    private void Fired(JobId parent, LiveJob job)
    {
        var earlier = firings.TryGetValue(parent, out var known) ? known : firings[parent] = [];
        if (earlier.Exists(firing => string.CompareOrdinal(firing.Name, job.Name) >= 0))
        {
            world.Checks.Fail($"{parent} starts {job.Name} after {earlier[^1].Name}");
        }

        earlier.Add((job.CreatedAt, job.Name));
        if (earlier.Count > 2 && job.CreatedAt - earlier[^3].At < _shortestPeriod)
        {
            world.Checks.Fail($"{parent} starts three jobs within a minute: {string.Join(", ", earlier.TakeLast(3))}");
        }
    }
}
