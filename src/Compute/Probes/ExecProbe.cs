using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Bacalhau.Compute.Probes;

/// <summary>
/// A script for <c>bash -c</c> that gets the question on its standard input and in <c>BACALHAU_JOB_SELECTION_PROBE_DATA</c>. Exit code 0 is yes; else what it wrote to
/// standard error is the reason. Of the node's environment it sees <c>PATH</c> only. It runs in a process group of its own, which ends with it.
/// </summary>
/// <param name="script">The script (<c>JobAdmissionControl.ProbeExec</c>).</param>
/// <param name="path">The node's <c>PATH</c>.</param>
public sealed partial class ExecProbe(string script, string path) : IAdmissionProbe
{
    private const string Variable = "BACALHAU_JOB_SELECTION_PROBE_DATA";

    /// <summary>The system takes no longer variable: a longer question comes on standard input only.</summary>
    private const int LongestVariable = 120 * 1024;
    private const int MostErrorBytes = 4096;
    private const int Kill = 9;

    /// <inheritdoc/>
    public string Name => "the probe JobAdmissionControl.ProbeExec";

    /// <inheritdoc/>
    public Task<ProbeAnswer> AskAsync(byte[] question, CancellationToken cancellation) => Task.Run(() => RunAsync(question, cancellation), cancellation);

    private async Task<ProbeAnswer> RunAsync(byte[] question, CancellationToken cancellation)
    {
        using var process = Process.Start(StartOf(question))!;
        using var group = cancellation.Register(() => KillGroup(process.Id));
        var feeding = FeedAsync(process, question);
        var error = ReadHeadAsync(process.StandardError.BaseStream);
        var output = ReadHeadAsync(process.StandardOutput.BaseStream);
        await process.WaitForExitAsync(CancellationToken.None);

        // What it has started and left behind ends with it, and lets go of its streams.
        KillGroup(process.Id);
        await Task.WhenAll(feeding, error, output).WaitAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? new ProbeAnswer(true) : ProbeAnswer.No(await error);
    }

    private ProcessStartInfo StartOf(byte[] question)
    {
        var start = new ProcessStartInfo("setsid", ["bash", "-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        if (question.Length <= LongestVariable)
        {
            start.Environment[Variable] = Encoding.UTF8.GetString(question);
        }

        return start;
    }

    private static async Task FeedAsync(Process process, byte[] question)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(question);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not want to know.
        }
    }

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        var head = new MemoryStream();
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
            {
                head.Write(buffer, 0, (int)Math.Min(read, MostErrorBytes - head.Length));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It was given up.
        }

        return Encoding.UTF8.GetString(head.ToArray());
    }

    /// <summary>The leader is named too: a signal may come before it has its group.</summary>
    private static void KillGroup(int leader) => _ = (Signal(-leader, Kill), Signal(leader, Kill));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
