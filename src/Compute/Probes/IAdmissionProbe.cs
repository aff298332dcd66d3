namespace Bacalhau.Compute.Probes;

/// <summary>Somebody outside of the node who decides whether it takes a job. One object serves all executions at once.</summary>
public interface IAdmissionProbe
{
    /// <summary>What it is called in reasons, as <c>the probe JobAdmissionControl.ProbeExec</c>.</summary>
    string Name { get; }

    /// <summary>Asks. Whoever cancels does not wait until all of the question is cleared away.</summary>
    /// <param name="question">JSON <c>{"Job": …}</c>.</param>
    /// <param name="cancellation">Gives the question up.</param>
    Task<ProbeAnswer> AskAsync(byte[] question, CancellationToken cancellation);
}

/// <summary>What a probe says.</summary>
/// <param name="IsYes">Whether the job is taken.</param>
/// <param name="Reason">Why not; may be empty.</param>
public sealed record ProbeAnswer(bool IsYes, string Reason = "")
{
    /// <summary>Most characters of a reason.</summary>
    public const int LongestReason = 500;

    /// <summary>A no, with a reason that is cut to what lists can show.</summary>
    public static ProbeAnswer No(string reason)
    {
        reason = reason.Trim();
        return new ProbeAnswer(false, reason.Length > LongestReason ? reason[..LongestReason] + "…" : reason);
    }
}
