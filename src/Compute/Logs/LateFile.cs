namespace Bacalhau.Compute.Logs;

/// <summary>
/// A file that is made when it grows beyond its first bytes, which wait in memory until then. Making and removing a file costs more than a short execution does
/// otherwise, and most of those print nothing.
/// </summary>
/// <param name="path">Path of the file, whose folder is made too; it is not there, or was left cut by a full disk and is made anew.</param>
/// <param name="lead">Bytes that do not make the file yet.</param>
internal sealed class LateFile(string path, int lead) : Stream
{
    private Stream stream = new MemoryStream();
    private bool isFile;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => stream.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => stream.Read(buffer);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="IOException">The file cannot be made or written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!isFile && Position + buffer.Length > lead)
        {
            MakeFile();
        }

        stream.Write(buffer);
    }

    public override void Flush() => stream.Flush();

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    public override void SetLength(long value) => stream.SetLength(value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void MakeFile()
    {
        var position = Position;
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            stream.Position = 0;
            stream.CopyTo(file);
            file.Position = position;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            stream.Position = position;
            file?.Dispose();
            throw new IOException($"The file {path} cannot be made: {exception.Message}", exception);
        }

        (stream, isFile) = (file, true);
    }
}
