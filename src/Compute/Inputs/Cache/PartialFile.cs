using System.Security.Cryptography;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>
/// A file on its way. As long as its source has named it by a tag that no other content has, it outlives the process, and is gone on with by the next fetch. After a
/// restart of the machine it begins anew: what a disk has of unfinished files then, nobody knows.
/// </summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int BufferBytes = 1024 * 1024;
    private readonly string path;
    private readonly string boot;
    private readonly FileStream stream;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool isForgotten;

    private PartialFile(string path, string boot)
    {
        (this.path, this.boot) = (path, boot);
        stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
    }

    /// <summary>Where its bytes are.</summary>
    public string Path => path;

    /// <summary>Tag of the content that it is the beginning of; empty if nothing is known that no other content has.</summary>
    public string Tag { get; private set; } = "";

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    private string TagFile => path + ".tag";

    /// <summary>Opens what an earlier fetch has left, or an empty one.</summary>
    /// <param name="path">Path of the file; what tells its content lies beside it.</param>
    /// <param name="boot">Names the machine's life since its last start.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<PartialFile> OpenAsync(string path, string boot, CancellationToken cancellation)
    {
        var file = new PartialFile(path, boot);
        if (File.Exists(file.TagFile) && await File.ReadAllLinesAsync(file.TagFile, cancellation) is [var then, var tag] && then == boot)
        {
            file.Tag = tag;
            await file.HashAsync(cancellation);
        }
        else
        {
            file.Restart("");
        }

        return file;
    }

    /// <summary>Begins anew, with other content.</summary>
    /// <param name="tag">Tag that no other content has; empty for none.</param>
    public void Restart(string tag)
    {
        stream.SetLength(0);
        Length = 0;
        hash.GetHashAndReset();
        Tag = tag;
        if (tag.Length > 0)
        {
            File.WriteAllLines(TagFile, [boot, tag]);
        }
        else
        {
            File.Delete(TagFile);
        }
    }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="NotKeptException">They cannot be written.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellation);
        }
        catch (IOException exception)
        {
            throw new NotKeptException(exception);
        }

        hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>Everything is there: gives its SHA-256, lower-case hex. The file is the caller's from here on.</summary>
    public string Finish()
    {
        stream.Dispose();
        File.Delete(TagFile);
        isForgotten = true;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Leaves nothing behind.</summary>
    public void Forget()
    {
        stream.Dispose();
        File.Delete(TagFile);
        File.Delete(path);
        isForgotten = true;
    }

    /// <summary>Leaves it as it stands, as a process does that is killed.</summary>
    internal void Abandon() => stream.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!isForgotten && (Tag.Length == 0 || Length == 0))
        {
            Forget();
        }

        await stream.DisposeAsync();
        hash.Dispose();
    }

    private async Task HashAsync(CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            Length += read;
        }
    }
}

/// <summary>The node's own disk does not take what was fetched: nothing is wrong with where it comes from.</summary>
internal sealed class NotKeptException(IOException cause) : IOException(cause.Message, cause);
