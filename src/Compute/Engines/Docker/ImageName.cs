using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Name of an image: registry, repository, and a tag or a digest.</summary>
/// <param name="Registry">Host of the registry, <c>docker.io</c> when none is written.</param>
/// <param name="Repository">Name with its registry, as written.</param>
/// <param name="Tag">Tag; <c>latest</c> when neither tag nor digest is written.</param>
/// <param name="Digest">Digest; empty when none is written.</param>
internal sealed partial record ImageName(string Registry, string Repository, string Tag, string Digest)
{
    /// <summary>Registry of names without a host.</summary>
    public const string Hub = "docker.io";

    /// <summary>The name in full.</summary>
    public string Text => Digest.Length > 0 ? $"{Repository}@{Digest}" : $"{Repository}:{Tag}";

    /// <summary>Reads a name as docker does; false if it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageName? name)
    {
        name = null;
        var match = NamePattern().Match(text);
        if (!match.Success || text.Length > 500)
        {
            return false;
        }

        var repository = match.Groups["repository"].Value;
        var first = repository.Split('/')[0];
        var hasHost = repository.Contains('/', StringComparison.Ordinal) && (first.AsSpan().ContainsAny('.', ':') || first == "localhost");
        var (tag, digest) = (match.Groups["tag"].Value, match.Groups["digest"].Value);
        name = new ImageName(hasHost ? first : Hub, repository, tag.Length > 0 || digest.Length > 0 ? tag : "latest", digest);
        return true;
    }

    [GeneratedRegex(
        @"\A(?<repository>(?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?|\[[0-9a-fA-F:]+\](?::[0-9]+)?)/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)"
        + @"(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}))?\z",
        RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
