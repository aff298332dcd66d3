namespace Bacalhau.Core.Executions;

/// <summary>What a program left behind, as shown in lists: the first bytes of its output and its exit code.</summary>
public sealed record RunOutput
{
    /// <summary>Longest text kept of each stream, in bytes.</summary>
    public const int TextLimit = 2048;

    /// <summary>First bytes of standard output, not necessarily UTF-8.</summary>
    public byte[] Stdout { get => field ?? []; init; }

    /// <summary>Whether there was more standard output.</summary>
    public bool StdoutTruncated { get; init; }

    /// <summary>First bytes of standard error, not necessarily UTF-8.</summary>
    public byte[] Stderr { get => field ?? []; init; }

    /// <summary>Whether there was more standard error.</summary>
    public bool StderrTruncated { get; init; }

    /// <summary>Exit code of the program: −1 if it never started, 128 + n if signal n ended it.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why the run failed; empty when it did not.</summary>
    public string ErrorMessage { get => field ?? ""; init; }
}
