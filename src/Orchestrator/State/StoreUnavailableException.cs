namespace Bacalhau.Orchestrator.State;

/// <summary>A change could not be stored, and nothing of it holds, or nobody knows whether it does. Trying again later is right; the API answers 503.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Unavailable for an unknown reason.</summary>
    public StoreUnavailableException()
        : this("The orchestrator's store cannot be written now. Try again in a moment.")
    {
    }

    /// <summary>Unavailable, with words for people.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Unavailable because of another error.</summary>
    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
