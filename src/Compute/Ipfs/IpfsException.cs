namespace Bacalhau.Compute.Ipfs;

/// <summary>What went wrong with an IPFS node.</summary>
public enum IpfsTrouble
{
    /// <summary>It cannot be reached, or its answer broke off: it may be right the next time.</summary>
    Unreached,

    /// <summary>It answered with something that cannot be, such as another block than the one that was asked for.</summary>
    BadAnswer,

    /// <summary>It said that it cannot do what it was asked.</summary>
    Refused,

    /// <summary>It was silent for too long, as it is while it looks for content that nobody has.</summary>
    Silent,

    /// <summary>The content itself is no file or folder, or none that may be written to disk: it is the same everywhere and for ever.</summary>
    BadContent,

    /// <summary>A folder does not hold what a path names.</summary>
    NoSuchPath,
}

/// <summary>An IPFS node has not done what it was asked. The message says what happened to what, without an end.</summary>
public sealed class IpfsException(IpfsTrouble trouble, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public IpfsTrouble Trouble { get; } = trouble;
}
