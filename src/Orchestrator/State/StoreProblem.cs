using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>What errors of the database mean to people.</summary>
internal static class StoreProblem
{
    private const int Busy = 5;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Whether an error comes from the disk or the file, not from what was to be written.</summary>
    public static bool IsOfDisk(Exception error) =>
        error is SqliteException { SqliteErrorCode: Busy or NoMemory or ReadOnly or IoError or Corrupt or Full or CannotOpen or NotADatabase };

    /// <summary>Why the store cannot be opened.</summary>
    public static string WhileOpening(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        Full => $"The disk that holds the orchestrator's store {path} is full. Free space there and start again.",
        CannotOpen => $"The orchestrator's store {path} cannot be opened or made. See that its folder exists and that this user may write there.",
        Corrupt or NotADatabase => $"The orchestrator's store {path} is damaged or no database ({error.Message}). Put a backup in its place.",
        IoError => $"The orchestrator's store {path} cannot be read or written ({error.Message}). See to its disk: it may be full.",
        _ => $"The orchestrator's store {path} cannot be opened: {error.Message}",
    };

    /// <summary>Why a change could not be stored.</summary>
    public static string WhileWriting(string path, Exception error) => (error as SqliteException)?.SqliteErrorCode switch
    {
        Full => $"The disk that holds the orchestrator's store {path} is full, so nothing new can be accepted. Free space there; work that runs goes on.",
        IoError => $"The orchestrator's store {path} cannot be written ({error.Message}). See to its disk; work that runs goes on.",
        _ => $"The orchestrator's store {path} could not be written: {error.Message}",
    };
}
