namespace Bacalhau.Orchestrator.Results;

/// <summary>How clients come by published results.</summary>
public sealed record ResultOptions
{
    /// <summary>Default of <see cref="Expiration"/>, which is that of the reference.</summary>
    public static readonly TimeSpan DefaultExpiration = TimeSpan.FromMinutes(15);

    /// <summary>Makes addresses of results of the publisher <c>s3</c>; null where none are handed out (<c>Publishers.Types.S3.PreSignedURLDisabled</c>).</summary>
    public IObjectSigner? Signer { get; init; }

    /// <summary>How long such an address is good (<c>Publishers.Types.S3.PreSignedURLExpiration</c>).</summary>
    public TimeSpan Expiration { get; init; } = DefaultExpiration;

    /// <summary>Results in the orchestrator's own bucket; null where it has none.</summary>
    public ManagedResults? Managed { get; init; }

    /// <summary>Most files of one result that are listed.</summary>
    public int MostFiles { get; init; } = 100_000;
}
