namespace Bacalhau.Compute.Logs;

/// <summary>The two streams of a program.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Stdout = 1,

    /// <summary>Standard error.</summary>
    Stderr = 2,
}

/// <summary>Takes the output of one program as it is produced.</summary>
public interface IOutputSink
{
    /// <summary>Appends bytes of one stream. Beyond the sink's limit they are dropped and counted, never an error for the program.</summary>
    ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Forgets what was written: a re-attached engine delivers all of it again.</summary>
    ValueTask RestartAsync(CancellationToken cancellation);
}
