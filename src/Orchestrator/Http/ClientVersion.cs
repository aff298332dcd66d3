using System.Globalization;

namespace Bacalhau.Orchestrator.Http;

/// <summary>A client's version, as much of semantic versioning as is compared.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
/// <param name="IsPrerelease">Whether it comes before the release of the same numbers.</param>
internal readonly record struct ClientVersion(int Major, int Minor, int Patch, bool IsPrerelease)
{
    /// <summary>Oldest client that is served.</summary>
    public static ClientVersion Minimum { get; } = new(1, 4, 0, false);

    /// <summary>Whether the client is too old to be served.</summary>
    public bool IsOutdated =>
        (Major, Minor, Patch).CompareTo((Minimum.Major, Minimum.Minor, Minimum.Patch)) is var order && (order < 0 || (order == 0 && IsPrerelease));

    /// <summary>Reads <c>v1.2.3</c>, with or without the letter, the last numbers and the suffixes.</summary>
    public static bool TryParse(string text, out ClientVersion version)
    {
        version = default;
        var core = text.StartsWith('v') ? text[1..] : text;
        var build = core.IndexOf('+', StringComparison.Ordinal);
        core = build < 0 ? core : core[..build];
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        var numbers = (dash < 0 ? core : core[..dash]).Split('.');
        var parts = new int[3];
        if (numbers.Length > 3)
        {
            return false;
        }

        for (var index = 0; index < numbers.Length; index++)
        {
            if (!int.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture, out parts[index]))
            {
                return false;
            }
        }

        version = new ClientVersion(parts[0], parts[1], parts[2], dash >= 0);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
