using Bacalhau.Orchestrator.Results;

namespace Bacalhau.Orchestrator.Tests.Results;

/// <summary>Addresses that say what they are for.</summary>
internal sealed class FakeSigner : IObjectSigner
{
    /// <summary>What is in the bucket.</summary>
    public IReadOnlyList<FoundObject> Objects { get; init; } = [];

    /// <summary>Whether there are credentials.</summary>
    public bool HasKeys { get; init; } = true;

    public Task<Uri?> SignAsync(ObjectPlace place, ObjectUse use, TimeSpan expiration, CancellationToken cancellation) => Task.FromResult(
        HasKeys ? new Uri($"https://{place.Bucket}.example.org/{place.Key}?use={use}&seconds={expiration.TotalSeconds}&sig=a+b") : null);

    public Task<IReadOnlyList<FoundObject>?> ListAsync(ObjectPlace place, int most, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FoundObject>?>(HasKeys ? [.. Objects.Where(item => item.Key.StartsWith(place.Key, StringComparison.Ordinal))] : null);
}
