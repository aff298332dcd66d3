using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>
/// How two specs differ, for people: lines of two columns, of which the first is <c>-</c> for what the stored job has, <c>+</c> for what the
/// other has instead, and blank for where it stands (spec: http-api.md §5.2, job-model.md §1.6).
/// </summary>
/// <param name="Text">The lines, each ended by a line feed; empty when nothing differs.</param>
public sealed record JobDiff(string Text)
{
    /// <summary>Whether the specs differ in anything but what the server owns.</summary>
    public bool HasChanges => Text.Length > 0;

    /// <summary>Compares a job as it would be stored with the stored one. Meta keys of the server do not count, nor does how resources are written in upper or lower case.</summary>
    public static JobDiff Of(JobSpec stored, JobSpec submitted)
    {
        var (before, after) = (Comparable(stored), Comparable(submitted));
        if (before.Digest == after.Digest)
        {
            return new JobDiff("");
        }

        using var old = JsonDocument.Parse(before.Bytes, new JsonDocumentOptions { MaxDepth = 1000 });
        using var changed = JsonDocument.Parse(after.Bytes, new JsonDocumentOptions { MaxDepth = 1000 });
        return new JobDiff(JsonDiffWriter.Write(old.RootElement, changed.RootElement));
    }

    private static SpecDocument Comparable(JobSpec spec)
    {
        var normalised = JobNormalisation.Normalise(spec);
        var ofServer = normalised.Meta.Keys.Where(key => key.StartsWith(JobSanitation.ReservedMetaPrefix, StringComparison.Ordinal));
        return SpecDocument.Of(normalised with { Meta = normalised.Meta.RemoveRange(ofServer) });
    }
}
