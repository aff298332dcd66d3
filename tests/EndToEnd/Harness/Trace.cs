using System.Globalization;
using System.Text.Json.Nodes;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>What containers wrote of themselves, a file each, ten times a second while they run: what really ran, without asking an orchestrator.</summary>
/// <param name="folder">Folder that they write into.</param>
internal sealed class Trace(string folder)
{
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(0.7);

    /// <summary>Executions whose program has started, in order.</summary>
    public string[] Started => [.. new DirectoryInfo(folder).GetFiles().OrderBy(file => file.CreationTimeUtc).Select(file => file.Name)];

    /// <summary>Executions whose program is at work.</summary>
    public string[] Running => [.. Started.Where(IsRunning)];

    /// <summary>Executions whose program came to its end by itself.</summary>
    public string[] Ended => [.. Started.Where(HasEnded)];

    /// <summary>Whether the program of an execution is at work.</summary>
    public bool IsRunning(string execution) => !HasEnded(execution) && TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(PathOf(execution)) < _silence;

    /// <summary>A job of one container each partition that runs for so long.</summary>
    public JsonObject Job(double seconds, int count = 1, string type = "batch")
    {
        var steps = (int)(seconds * 10);
        var job = Jobs.Container(string.Create(CultureInfo.InvariantCulture, $$"""
            f=/trace/$BACALHAU_EXECUTION_ID; trap 'exit 143' TERM; echo begin >> $f
            i=0; while [ $i -lt {{steps}} ]; do sleep 0.1; i=$((i+1)); echo $i >> $f; done; echo end >> $f
            """), count);
        job["Type"] = type;
        return job.WithWritableInput("/trace", folder);
    }

    private bool HasEnded(string execution) => File.ReadAllText(PathOf(execution)).EndsWith("end\n", StringComparison.Ordinal);

    private string PathOf(string execution) => Path.Combine(folder, execution);
}
