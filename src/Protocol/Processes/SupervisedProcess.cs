using System.Diagnostics;
using System.Globalization;

namespace Bacalhau.Protocol.Processes;

/// <summary>
/// A running <see cref="SupervisedProgram"/>. It runs below <c>bacalhau-worker supervise</c>, which ends it when the pipe to this process
/// breaks. Disposing it stops it.
/// </summary>
public sealed class SupervisedProcess : IAsyncDisposable
{
    private const byte HangupSignal = 1;

    private readonly Process supervisor;
    private readonly Lock gate = new();

    private SupervisedProcess(Process supervisor, Task<int> exited)
    {
        this.supervisor = supervisor;
        Exited = exited;
    }

    /// <summary>Completes when the program has ended, with its exit code: 128 + n if signal n ended it, 127 if it could not be started.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts the program.</summary>
    /// <param name="workerPath">Path of <c>bacalhau-worker</c>: <see cref="WorkerProgram.Path"/> but in tests.</param>
    /// <param name="program">What to run.</param>
    /// <exception cref="System.ComponentModel.Win32Exception"><c>bacalhau-worker</c> cannot be started. A program that cannot be started ends with 127 instead.</exception>
    public static SupervisedProcess Start(string workerPath, SupervisedProgram program)
    {
        var grace = ((long)program.Grace.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(workerPath, ["supervise", "--grace-ms", grace, "--", program.Path, .. program.Arguments])
        {
            WorkingDirectory = program.WorkingFolder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var supervisor = Process.Start(start)!;
        var line = program.Line is { } given ? Ordered(given) : static _ => { };
        return new SupervisedProcess(supervisor, FollowAsync(supervisor, line));
    }

    /// <summary>Sends HUP, by which many servers read their configuration again. Nothing happens if the program has ended.</summary>
    public void Reload()
    {
        lock (gate)
        {
            try
            {
                supervisor.StandardInput.BaseStream.WriteByte(HangupSignal);
                supervisor.StandardInput.BaseStream.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // It has ended, which Exited tells.
            }
        }
    }

    /// <summary>Asks the program to end (TERM, after its grace KILL) and returns its exit code. Can be repeated.</summary>
    public async Task<int> StopAsync()
    {
        lock (gate)
        {
            try
            {
                supervisor.StandardInput.Close();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // It has ended, which Exited tells.
            }
        }

        return await Exited;
    }

    /// <summary>Stops the program. Can be repeated: what was to follow may have failed.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        supervisor.Dispose();
    }

    private static async Task<int> FollowAsync(Process supervisor, Action<string> line)
    {
        var output = ReadLinesAsync(supervisor.StandardOutput, line);
        var errors = ReadLinesAsync(supervisor.StandardError, line);
        await supervisor.WaitForExitAsync();
        await Task.WhenAll(output, errors);
        return supervisor.ExitCode;
    }

    private static async Task ReadLinesAsync(StreamReader reader, Action<string> line)
    {
        while (await reader.ReadLineAsync() is { } text)
        {
            line(text);
        }
    }

    private static Action<string> Ordered(Action<string> line)
    {
        var order = new Lock();
        return text =>
        {
            lock (order)
            {
                line(text);
            }
        };
    }
}
