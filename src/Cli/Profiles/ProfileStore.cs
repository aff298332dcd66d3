using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Output;

namespace Bacalhau.Cli.Profiles;

/// <summary>Saved connections: one YAML file each in <c>profiles</c> of the data folder, and a link to the current one.</summary>
internal sealed class ProfileStore(string dataDir)
{
    private const string CurrentLink = "current";
    private const string Ending = ".yaml";
    private readonly string folder = Path.Combine(dataDir, "profiles");

    /// <summary>Name of the current profile; null if there is none.</summary>
    public string? Current
    {
        get
        {
            var target = new FileInfo(Path.Combine(folder, CurrentLink)).LinkTarget;
            return target is null ? null : Path.GetFileNameWithoutExtension(target);
        }
    }

    /// <summary>All profiles by name.</summary>
    public ImmutableArray<Profile> All => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, "*" + Ending).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(name => Read(name!))];

    /// <summary>Whether a profile exists.</summary>
    public bool Has(string name) => File.Exists(PathOf(name));

    /// <summary>The profile; null if there is none.</summary>
    /// <exception cref="CliException">Its file cannot be read.</exception>
    public Profile? Find(string name) => Has(name) ? Read(CleanName(name)) : null;

    /// <summary>Writes a profile.</summary>
    public void Save(Profile profile)
    {
        Directory.CreateDirectory(folder);
        var document = new JsonObject { ["endpoint"] = profile.Endpoint };
        if (profile.Description.Length > 0)
            document["description"] = profile.Description;
        if (profile.Timeout.Length > 0)
            document["timeout"] = profile.Timeout;
        if (profile.Token.Length > 0)
            document["auth"] = new JsonObject { ["token"] = profile.Token };
        if (profile.IsInsecure)
            document["tls"] = new JsonObject { ["insecure"] = true };
        var path = PathOf(profile.Name);
        var temporary = path + ".new";
        File.WriteAllText(temporary, YamlText.OfConfig(document));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Makes a profile the current one.</summary>
    public void Select(string name)
    {
        var link = Path.Combine(folder, CurrentLink);
        File.Delete(link);
        File.CreateSymbolicLink(link, CleanName(name) + Ending);
    }

    /// <summary>Removes a profile, and the link to it.</summary>
    public void Delete(string name)
    {
        if (Current == CleanName(name))
            File.Delete(Path.Combine(folder, CurrentLink));
        File.Delete(PathOf(name));
    }

    /// <summary>A name that cannot leave the folder.</summary>
    public static string CleanName(string name) => Path.GetFileName(name) is ".." ? "_" : Path.GetFileName(name);

    private string PathOf(string name) => Path.Combine(folder, CleanName(name) + Ending);

    private Profile Read(string name)
    {
        var map = ConfigFile.Read(PathOf(name));
        return new(
            name,
            TextOf(map, "endpoint"),
            TextOf(map, "description"),
            TextOf(map, "timeout"),
            TextOf(map.Find("auth"), "token"),
            ConfigText.TryParseFlag(TextOf(map.Find("tls"), "insecure"), out var isInsecure) && isInsecure);
    }

    private static string TextOf(ConfigValue? map, string name) => ((map as MapValue)?.Find(name) as TextValue)?.Text ?? "";
}
