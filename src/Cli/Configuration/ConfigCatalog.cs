using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>All configuration keys, in the order in which a file shows them.</summary>
internal static class ConfigCatalog
{
    private static readonly Dictionary<string, ConfigKey> _byPath = new(StringComparer.OrdinalIgnoreCase);

    static ConfigCatalog()
    {
        All =
        [
            .. ApiKeys.All, .. GeneralKeys.All, .. OrchestratorKeys.All, .. ComputeKeys.All, .. GeneralKeys.WebUi,
            .. ExtensionKeys.All, .. JobDefaultKeys.All, .. ExtensionKeys.Admission, .. GeneralKeys.Last,
        ];
        foreach (var key in All)
            _byPath.Add(key.Path, key);
    }

    /// <summary>All keys.</summary>
    public static ImmutableArray<ConfigKey> All { get; }

    /// <summary>The key at a path, whatever its case; null if there is none.</summary>
    public static ConfigKey? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Whether keys lie below a path.</summary>
    public static bool IsGroup(string path) => All.Any(key => key.Path.StartsWith(path + ".", StringComparison.OrdinalIgnoreCase));

    /// <summary>The key whose path is most like a mistyped one; null if none is near.</summary>
    public static string? NearestTo(string path) => NearestName.Of(path, All.Select(key => key.Path));
}
