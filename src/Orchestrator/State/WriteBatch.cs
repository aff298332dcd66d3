using Bacalhau.Core;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.State;

/// <summary>What the requests of one transaction have changed, one after the other; the last word on a row is what is written.</summary>
internal sealed class WriteBatch
{
    private readonly Dictionary<(JobId, int), JobHistory> historyOfJob = [];
    private readonly List<JobHistory> history = [];

    /// <summary>Jobs by key.</summary>
    public SortedDictionary<long, LiveJob> Jobs { get; } = [];

    /// <summary>Executions by key.</summary>
    public SortedDictionary<long, LiveExecution> Executions { get; } = [];

    /// <summary>Nodes by id; null for deleted ones.</summary>
    public SortedDictionary<NodeId, ClusterNode?> Nodes { get; } = [];

    /// <summary>New jobs and versions.</summary>
    public Dictionary<JobId, JobSubmission> Submissions { get; } = [];

    /// <summary>What executions left behind.</summary>
    public Dictionary<ExecutionId, ExecutionEnd> Ends { get; } = [];

    /// <summary>The same jobs by id.</summary>
    public Dictionary<JobId, LiveJob> JobsById { get; } = [];

    /// <summary>The same executions by id.</summary>
    public Dictionary<ExecutionId, LiveExecution> ExecutionsById { get; } = [];

    /// <summary>Submissions by idempotency token.</summary>
    public Dictionary<string, JobSubmission> Tokens { get; } = [];

    /// <summary>New jobs by namespace and name.</summary>
    public Dictionary<(string Namespace, string Name), JobId> Names { get; } = [];

    /// <summary>New lists of inputs.</summary>
    public List<StoredInputList> Lists { get; } = [];

    /// <summary>Keys of finished jobs of which a piece is deleted.</summary>
    public SortedSet<long> ForgottenJobs { get; } = [];

    /// <summary>Keys of executions whose end of the log is deleted.</summary>
    public SortedSet<long> ForgottenLogs { get; } = [];

    /// <summary>Keys of finished jobs of which the lists of inputs are deleted.</summary>
    public SortedSet<long> ForgottenLists { get; } = [];

    /// <summary>New history, one entry for each job and version.</summary>
    public IReadOnlyList<JobHistory> History => history;

    /// <summary>Term to go up to; 0 for none.</summary>
    public long Term { get; private set; }

    /// <summary>Whether anything is to be written.</summary>
    public bool HasWrites => Term > 0 ||
        Jobs.Count + Executions.Count + Nodes.Count + Submissions.Count + Ends.Count + Lists.Count + history.Count + ForgottenJobs.Count + ForgottenLogs.Count + ForgottenLists.Count > 0;

    /// <summary>Adds what one request has changed.</summary>
    /// <exception cref="InvalidOperationException">The request left out something that the store needs.</exception>
    public void Add(StateContext context)
    {
        Check(context);
        var draft = context.Draft;
        foreach (var job in draft.TouchedJobs)
        {
            Jobs[job.Key] = job;
            JobsById[job.Id] = job;
        }

        foreach (var execution in draft.TouchedExecutions)
        {
            Executions[execution.Key] = execution;
            ExecutionsById[execution.Id] = execution;
        }

        foreach (var (id, node) in draft.TouchedNodes)
        {
            Nodes[id] = node;
        }

        foreach (var submission in context.NewJobs)
        {
            Add(submission);
        }

        foreach (var (id, end) in draft.Ends)
        {
            Ends[id] = end;
        }

        foreach (var entry in draft.History)
        {
            Add(entry);
        }

        Lists.AddRange(context.NewLists);
        ForgottenJobs.UnionWith(context.ForgottenJobs);
        ForgottenLogs.UnionWith(context.ForgottenLogs);
        ForgottenLists.UnionWith(context.ForgottenLists);
        Term = Math.Max(Term, context.RaisedTerm);
    }

    private static void Check(StateContext context)
    {
        var touched = context.Draft.TouchedJobs.Select(job => job.Id).ToHashSet();
        foreach (var submission in context.NewJobs.Where(submission => !touched.Contains(submission.Job)))
        {
            throw new InvalidOperationException($"Job {submission.Job} was submitted but not put into the draft.");
        }

        var executions = context.Draft.TouchedExecutions.Select(execution => execution.Id).ToHashSet();
        foreach (var (id, _) in context.Draft.Ends.Where(pair => !executions.Contains(pair.Key)))
        {
            throw new InvalidOperationException($"The end of execution {id} was recorded, but the execution was not put.");
        }
    }

    private void Add(JobSubmission submission)
    {
        Submissions[submission.Job] = submission;
        var job = JobsById[submission.Job];
        Names[(job.Namespace, job.Name)] = job.Id;
        if (submission.Token.Length > 0)
        {
            Tokens[submission.Token] = submission;
        }
    }

    private void Add(JobHistory entry)
    {
        if (historyOfJob.TryGetValue((entry.Job.Id, entry.Version), out var known))
        {
            known.Events.AddRange(entry.Events);
        }
        else
        {
            historyOfJob[(entry.Job.Id, entry.Version)] = entry;
            history.Add(entry);
        }
    }
}
