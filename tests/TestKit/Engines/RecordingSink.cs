using System.Buffers;
using System.Text;
using Bacalhau.Compute.Logs;

namespace Bacalhau.TestKit.Engines;

/// <summary>Keeps the output of a program and lets a test wait for it.</summary>
public sealed class RecordingSink : IOutputSink
{
    private readonly Lock gate = new();
    private readonly ArrayBufferWriter<byte> stdout = new();
    private readonly ArrayBufferWriter<byte> stderr = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> waits = [];

    public string Stdout => Text(stdout);

    public string Stderr => Text(stderr);

    public long StdoutLength
    {
        get { lock (gate) { return stdout.WrittenCount; } }
    }

    /// <summary>Completes once standard output holds the text.</summary>
    public Task WaitForStdoutAsync(string text)
    {
        lock (gate)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waits.Add((text, seen));
            CompleteWaits();
            return seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        lock (gate)
        {
            (stream == OutputStream.Stdout ? stdout : stderr).Write(bytes.Span);
            CompleteWaits();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RestartAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            stdout.Clear();
            stderr.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private void CompleteWaits()
    {
        if (waits.Count == 0)
        {
            return;
        }

        var text = Encoding.UTF8.GetString(stdout.WrittenSpan);
        foreach (var (_, seen) in waits.Where(wait => text.Contains(wait.Text, StringComparison.Ordinal)))
        {
            seen.TrySetResult();
        }
    }

    private string Text(ArrayBufferWriter<byte> stream)
    {
        lock (gate)
        {
            return Encoding.UTF8.GetString(stream.WrittenSpan);
        }
    }
}
