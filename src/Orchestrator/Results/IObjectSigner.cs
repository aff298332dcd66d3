namespace Bacalhau.Orchestrator.Results;

/// <summary>What an address may be used for.</summary>
public enum ObjectUse
{
    /// <summary>To read the object.</summary>
    Get,

    /// <summary>To write it.</summary>
    Put,

    /// <summary>To delete it.</summary>
    Delete,
}

/// <summary>Where an object is, or a folder of objects.</summary>
/// <param name="Endpoint">Address of the service; null for AWS, or what this process uses instead.</param>
/// <param name="Region">Region; empty for this process's own.</param>
/// <param name="Bucket">Bucket.</param>
/// <param name="Key">Key of the object, or what the keys of all begin with.</param>
public sealed record ObjectPlace(Uri? Endpoint, string Region, string Bucket, string Key);

/// <summary>An object that was found.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its length.</param>
public sealed record FoundObject(string Key, long Bytes);

/// <summary>Asks an object store, or makes addresses of its objects that need no credentials for a while. The store is another process, and AWS's library is not for the orchestrator.</summary>
public interface IObjectSigner
{
    /// <summary>An address of an object; null where this process has no credentials that may be used there.</summary>
    /// <exception cref="ObjectStoreException">The process's settings for the store cannot be used.</exception>
    Task<Uri?> SignAsync(ObjectPlace place, ObjectUse use, TimeSpan expiration, CancellationToken cancellation);

    /// <summary>The objects whose keys begin so, at most as many; null where this process has no credentials that may be used there.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be asked.</exception>
    Task<IReadOnlyList<FoundObject>?> ListAsync(ObjectPlace place, int most, CancellationToken cancellation);
}

/// <summary>The object store cannot be used; the message says why, for people.</summary>
public sealed class ObjectStoreException(string message, Exception inner) : Exception(message, inner);
