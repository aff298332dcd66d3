using Bacalhau.Core;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>Ids by chance, as in production.</summary>
internal sealed class BenchIds : IIdSource
{
    public Guid Next() => Guid.NewGuid();
}
