namespace Bacalhau.Core.Jobs;

/// <summary>Which paths of a job can be used.</summary>
public static class PathRules
{
    internal const string Hint = "it must not hold .. or a NUL character";

    /// <summary>Whether a path goes up, or holds a character that ends paths.</summary>
    public static bool LeavesItsFolder(string path) =>
        path.Contains('\0', StringComparison.Ordinal) || path.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    /// <summary>Whether a name stays inside the folder it is put into: relative, with no empty part, no <c>.</c>, no <c>..</c>, no backslash and no NUL.</summary>
    public static bool IsRelativeWithin(string name) =>
        name.Length > 0
        && !LeavesItsFolder(name)
        && !name.Contains('\\', StringComparison.Ordinal)
        && name.Split('/').All(part => part.Length > 0 && part != ".");
}
