using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bacalhau.Compute.Results;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Publishers.Ipfs;

/// <summary>A results folder as the form that an IPFS node takes to add it, written while it is read: links as links; devices, pipes and sockets are left out.</summary>
internal sealed class ResultForm : HttpContent
{
    /// <summary>What the folder is called in the form.</summary>
    public const string Root = "results";
    private const int BufferBytes = 128 * 1024;
    private readonly string boundary = $"{Guid.NewGuid():N}";
    private readonly string folder;
    private readonly IProgress<ExecutionProgress> progress;
    private readonly Action heard;
    private readonly List<ResultEntry> sent = [];
    private ResultFileList files = new();

    /// <summary>Makes the form.</summary>
    /// <param name="folder">Path of the folder.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="heard">Called whenever some of it was sent.</param>
    public ResultForm(string folder, IProgress<ExecutionProgress> progress, Action heard)
    {
        (this.folder, this.progress, this.heard) = (folder, progress, heard);
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new NameValueHeaderValue("boundary", boundary) } };
    }

    /// <summary>Everything that is in the folder, also what is left out; only to be asked for path, kind and reason.</summary>
    public IReadOnlyList<ResultEntry> Sent => sent;

    /// <summary>What the result is made of, once it is sent.</summary>
    public ResultMetadata Metadata => files.ToMetadata();

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // It is sent again where a connection was no longer open.
        sent.Clear();
        files = new ResultFileList();
        var (done, total) = (0L, Read(() => new UnlinkedFiles(folder).Sum()));
        await WriteAsync(stream, Head(Root, "application/x-directory"), cancellationToken);
        using var entries = ResultTree.Walk(folder).GetEnumerator();
        while (Read(entries.MoveNext))
        {
            var entry = entries.Current;
            sent.Add(entry);
            if (entry.Kind != ResultKind.LeftOut)
            {
                await WriteAsync(stream, Head($"{Root}/{entry.Path}", TypeOf(entry.Kind)) + entry.LinkTarget, cancellationToken);
            }

            if (entry.Kind == ResultKind.File)
            {
                await CopyAsync(entry, stream, cancellationToken);
                progress.Report(new ExecutionProgress("adding results", done += entry.Bytes, total, "bytes"));
            }

            heard();
        }

        await WriteAsync(stream, $"\r\n--{boundary}--\r\n", cancellationToken);
    }

    private async Task CopyAsync(ResultEntry entry, Stream to, CancellationToken cancellation)
    {
        await using var file = Read(entry.OpenRead);
        await using var digested = new DigestStream(file);
        var buffer = new byte[BufferBytes];
        while (Read(() => digested.Read(buffer)) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
            heard();
        }

        files.Add(entry.Path, digested.Count, digested.Digest());
    }

    /// <summary>Names stand in the form as in a URL, slashes too.</summary>
    private string Head(string name, string type) => string.Create(
        CultureInfo.InvariantCulture,
        $"\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{Uri.EscapeDataString(name)}\"\r\nContent-Type: {type}\r\n\r\n");

    private static string TypeOf(ResultKind kind) => kind switch
    {
        ResultKind.Folder => "application/x-directory",
        ResultKind.Link => "application/symlink",
        _ => "application/octet-stream",
    };

    private static async Task WriteAsync(Stream to, string text, CancellationToken cancellation) => await to.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);

    /// <summary>What is wrong with the folder is not to be taken for what is wrong with the connection.</summary>
    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableResultsException(exception);
        }
    }
}

/// <summary>The results folder cannot be read.</summary>
internal sealed class UnreadableResultsException(Exception inner) : Exception(inner.Message, inner);
