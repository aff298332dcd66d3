namespace Bacalhau.Core;

/// <summary>Where ids come from: chance in production, a seed in the simulator.</summary>
public interface IIdSource
{
    /// <summary>A new random UUID, version 4.</summary>
    Guid Next();
}

/// <summary>Typed ids from an <see cref="IIdSource"/>.</summary>
public static class IdSourceExtensions
{
    /// <summary>A new job id.</summary>
    public static JobId NextJobId(this IIdSource ids) => new($"j-{ids.Next():D}");

    /// <summary>A new execution id.</summary>
    public static ExecutionId NextExecutionId(this IIdSource ids) => new($"e-{ids.Next():D}");

    /// <summary>A new session id; it is part of a NATS subject, so it has no dots.</summary>
    public static SessionId NextSessionId(this IIdSource ids) => new($"{ids.Next():N}");
}
