namespace Bacalhau.Compute.Publishers.Local;

/// <summary>How the <c>local</c> publisher keeps and offers results.</summary>
public sealed record LocalPublisherOptions
{
    /// <summary>Folder of the archives; made if it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Host name or address that clients are told (<c>Publishers.Types.Local.Address</c>, else the node's advertised address, else the one that the NATS server sees); asked anew for each result.</summary>
    public required Func<string> Address { get; init; }

    /// <summary>Port that clients are told (<c>Publishers.Types.Local.Port</c>).</summary>
    public int Port { get; init; } = 6001;

    /// <summary>How long an archive is kept (<c>Publishers.Types.Local.KeepFor</c>).</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most bytes of all archives together (<c>Publishers.Types.Local.MaxSize</c>); what does not fit is not published.</summary>
    public long MaxBytes { get; init; } = 100L << 30;
}
