using System.Text;
using Bacalhau.Compute.S3;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>The names of files that objects become. They never lead out of the input's folder.</summary>
internal static class S3FileNames
{
    private const int MostBytes = 255;

    /// <summary>The names, each with its object.</summary>
    /// <exception cref="Engines.EngineException">An object cannot be a file.</exception>
    public static IReadOnlyList<(S3Item Item, string Name)> Of(JobBucket bucket, S3Findings findings)
    {
        var files = findings.Items.Select(item => (Item: item, Name: item.Key[findings.Folder.Length..])).ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, name) in files)
        {
            if ((FindObjection(name) ?? (names.Add(name) ? null : "it is listed twice")) is { } objection)
            {
                throw S3Problems.BadName(bucket.Show(item.Key), objection);
            }
        }

        foreach (var (item, name) in files)
        {
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
            {
                if (names.Contains(name[..slash]))
                {
                    throw S3Problems.BadName(bucket.Show(item.Key), $"'{findings.Folder}{name[..slash]}' is an object too, and a file cannot be a folder");
                }
            }
        }

        return files;
    }

    /// <summary>Why a name cannot be a file's beneath the folder; null if it can.</summary>
    public static string? FindObjection(string name)
    {
        if (name.Contains('\\') || name.Contains('\0'))
        {
            return "its key has a backslash or a null character";
        }

        foreach (var part in name.Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return $"its key has the part '{part}', which names no file";
            }

            if (Encoding.UTF8.GetByteCount(part) > MostBytes)
            {
                return "a part of its key is too long";
            }
        }

        return null;
    }
}
