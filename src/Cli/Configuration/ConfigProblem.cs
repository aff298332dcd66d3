namespace Bacalhau.Cli.Configuration;

/// <summary>Something wrong with a key: where, what, and what to do. Unknown keys are warnings, bad values errors.</summary>
internal sealed record ConfigProblem(string Path, string Message, string Hint = "", bool IsWarning = false)
{
    /// <summary>The problem in one line.</summary>
    public override string ToString() => Hint.Length == 0 ? $"'{Path}' {Message}" : $"'{Path}' {Message} ({Hint})";
}
