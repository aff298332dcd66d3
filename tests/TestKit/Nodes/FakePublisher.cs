using Bacalhau.Compute.Publishers;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.TestKit.Nodes;

/// <summary>A publisher that keeps a list of what it published; how an attempt goes is the given function's. It keeps to the simulator's await rules.</summary>
/// <param name="attempt">Runs before the result becomes visible, with the number of the attempt from 1; by default nothing.</param>
/// <param name="name">Publisher type.</param>
public sealed class FakePublisher(Func<int, CancellationToken, Task>? attempt = null, string name = "fake") : IPublisher
{
    private readonly SortedDictionary<ExecutionId, PublishTarget> published = [];

    public string Name { get; } = name;

    /// <summary>Attempts made.</summary>
    public int Attempts { get; private set; }

    /// <summary>What a withdrawal waits for.</summary>
    public Task WithdrawAfter { get; set; } = Task.CompletedTask;

    /// <summary>Executions whose result is visible.</summary>
    public IReadOnlyCollection<ExecutionId> Published => published.Keys;

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation) => Task.FromResult(
        publisher.Params.ContainsKey("Refuse") ? new ExecutionProblem("Fake:Refused", "The publisher was asked to refuse.") : null);

    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        Attempts++;
        request.Warnings?.Report($"attempt {Attempts} left something out");
        if (attempt is not null)
        {
            await attempt(Attempts, cancellation);
        }

        await grant(cancellation);
        published[request.Execution] = request.Target;
        return new PublishedResult { Type = Name };
    }

    public async Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        await WithdrawAfter;
        if (published.TryGetValue(target.Execution, out var known) && IsSame(known, target))
        {
            published.Remove(target.Execution);
        }
    }

    /// <summary>A publisher may only find what it has published by what it is told: a restart of the node must not change that.</summary>
    private static bool IsSame(PublishTarget a, PublishTarget b) =>
        a.Job == b.Job && a.Since == b.Since && a.Publisher.Type == b.Publisher.Type && a.Publisher.Params.Keys.SequenceEqual(b.Publisher.Params.Keys);
}
