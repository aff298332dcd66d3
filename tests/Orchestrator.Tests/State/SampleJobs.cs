using System.Collections.Immutable;
using System.Text;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>Jobs, executions and nodes for tests; the spec of a sample is its number of partitions as text.</summary>
internal static class SampleJobs
{
    public static readonly ResourceAmount Amount = new(500, 1 << 20, 2 << 20, 1);

    public static JobDemand ReadDemand(byte[] spec) =>
        new() { Count = int.Parse(Encoding.UTF8.GetString(spec).Split(' ')[0], null), Amount = Amount, Engine = "wasm" };

    public static byte[] SpecOf(string name, int count = 1) => Encoding.UTF8.GetBytes($"{count} {name}");

    public static LiveJob Submit(StateContext context, string name, Func<LiveJob, LiveJob>? change = null, JobSubmission? submission = null)
    {
        var spec = submission?.Spec ?? SpecOf(name);
        var job = new LiveJob
        {
            Id = context.Ids.NextJobId(),
            Key = context.NextJobKey(),
            Name = name,
            Namespace = "default",
            Version = 1,
            SpecDigest = "d-" + name,
            Demand = ReadDemand(spec),
            CreatedAt = context.Now,
            SubmittedAt = context.Now,
            ModifiedAt = context.Now,
        };
        job = change?.Invoke(job) ?? job;
        context.Draft.Put(job);
        context.Draft.Record(job, new HistoryEvent(null, "Submission", "Job submitted", context.Now));
        context.NewJobs.Add((submission ?? new JobSubmission { Job = job.Id, Spec = spec }) with { Job = job.Id });
        return job;
    }

    public static LiveExecution Place(StateContext context, JobId id, int partition, string node)
    {
        var job = context.Draft.Job(id)!;
        var execution = new LiveExecution
        {
            Namespace = job.Namespace,
            Id = context.Ids.NextExecutionId(),
            Key = context.NextExecutionKey(),
            Job = id,
            JobVersion = job.Version,
            Partition = partition,
            Node = new NodeId(node),
            Amount = job.Demand.Amount,
            SpecDigest = job.SpecDigest,
            AskOrder = context.Draft.NextAskOrder(),
            CreatedAt = context.Now,
            ModifiedAt = context.Now,
        };
        job = job with { State = JobState.Running, NextFresh = Math.Max(job.NextFresh, partition + 1), Revision = job.Revision + 1, ModifiedAt = context.Now };
        context.Draft.Put(job);
        context.Draft.Put(execution);
        context.Draft.Record(job, new HistoryEvent(execution.Id, "Scheduling", "Execution created", context.Now));
        return context.Draft.Execution(execution.Id)!;
    }

    public static void Complete(StateContext context, ExecutionId id, ExecutionEnd end)
    {
        var execution = context.Draft.Execution(id)!;
        context.Draft.Put(execution with
        {
            State = ExecutionState.Completed,
            Desired = DesiredState.Stopped,
            Ask = Ask.Forget,
            HoldsPartition = false,
            HoldsRoom = false,
            AskRevision = execution.AskRevision + 1,
            Revision = execution.Revision + 1,
            AskOrder = context.Draft.NextAskOrder(),
        });
        context.Draft.RecordEnd(id, end);
        var job = context.Draft.Job(execution.Job)!;
        job = job with { Completed = job.Completed.Add(execution.Partition) };
        if (job.Completed.Count == job.Demand.Count)
        {
            job = job with { State = JobState.Completed, Revision = job.Revision + 1, ModifiedAt = context.Now };
        }

        context.Draft.Put(job);
        context.Draft.Record(job, new HistoryEvent(id, "Running Execution", "Completed", context.Now));
        if (job.State.IsTerminal())
        {
            context.Draft.Remove(job.Id);
        }
    }

    public static ClusterNode Join(StateContext context, string id)
    {
        var node = new ClusterNode
        {
            Id = new NodeId(id),
            Key = context.NextNodeKey(),
            PublicKey = "U" + id,
            Membership = NodeMembership.Approved,
            Connection = NodeConnection.Connected,
            Session = context.Ids.NextSessionId(),
            LastSeenAt = context.Now,
            Facts = new NodeFacts
            {
                IsCompute = true,
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("zone", "north"),
                Engines = ["docker", "wasm"],
                Capacity = new ResourceAmount(4000, 8L << 30, 100L << 30, 2),
                MaxJobRequirements = new ResourceAmount(3000, 4L << 30, 50L << 30, 2),
                Host = "machine",
            },
            FactsRevision = 7,
        };
        context.Draft.Put(node);
        return node;
    }
}
