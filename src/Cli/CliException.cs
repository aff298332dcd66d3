namespace Bacalhau.Cli;

/// <summary>A command cannot go on: what happened, and what to do next.</summary>
internal sealed class CliException(string message, string hint = "") : Exception(message)
{
    /// <summary>What to do next; empty for none.</summary>
    public string Hint { get; } = hint;
}
