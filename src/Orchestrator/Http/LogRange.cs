namespace Bacalhau.Orchestrator.Http;

/// <summary>Which part of a log is read.</summary>
/// <param name="Follows">Whether reading goes on until the execution ends.</param>
/// <param name="IsFromNow">Whether what exists already is left out.</param>
/// <param name="LastLines">Only the last so many lines of what exists already; 0 for all.</param>
internal sealed record LogRange(bool Follows, bool IsFromNow, int LastLines);
