namespace Bacalhau.Compute.Store;

/// <summary>The node's store cannot be opened, or could not save; the message says why and what to do. Nothing of what was to be saved is.</summary>
public sealed class NodeStoreException(string message, Exception? inner = null) : Exception(message, inner);
