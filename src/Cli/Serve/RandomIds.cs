using Bacalhau.Core;

namespace Bacalhau.Cli.Serve;

/// <summary>Ids by chance.</summary>
internal sealed class RandomIds : IIdSource
{
    public Guid Next() => Guid.NewGuid();
}
