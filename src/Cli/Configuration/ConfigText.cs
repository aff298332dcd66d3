using System.Globalization;

namespace Bacalhau.Cli.Configuration;

/// <summary>Reads the text that a person gives for a key on the command line, and writes it in its normal form.</summary>
internal static class ConfigText
{
    private const string FlagHint = "Give true or false, for example WebUI.Enabled=true";
    private const string NumberHint = "Give a whole number, for example API.Port=1234";
    private const string DurationHint = "Give a number with a unit, for example UpdateConfig.Interval=1h30m or =100ms";
    private const string MapHint = "Give name=value pairs with commas between them, for example Labels=zone=a,disk=ssd";

    /// <summary>Reads the value of a <c>--config key=value</c>.</summary>
    /// <exception cref="CliException">The text does not suit the key.</exception>
    public static ConfigValue ForOption(ConfigKey key, string text)
    {
        if (key.Kind != ConfigKind.List)
            return Parse(key, text);
        if (text.AsSpan().ContainsAny(" ;"))
            throw new CliException($"invalid separator in string slice '{text}', only comma (,) is allowed");
        var items = text.Split(',');
        var empty = Array.FindIndex(items, item => item.Length == 0);
        return empty < 0 || text.Length == 0 ? ConfigValue.Of(items) : throw new CliException($"empty token found at position {empty} in string slice '{text}'");
    }

    /// <summary>Reads a value as <c>config set</c> does, which takes every text as a list.</summary>
    /// <exception cref="CliException">The text does not suit the key.</exception>
    public static ConfigValue Parse(ConfigKey key, string text) => key.Kind switch
    {
        ConfigKind.Flag => TryParseFlag(text, out var flag)
            ? ConfigValue.Of(flag ? "true" : "false")
            : throw Unsuitable(key, "a boolean value", text, FlagHint),
        ConfigKind.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? ConfigValue.Of(number.ToString(CultureInfo.InvariantCulture))
            : throw Unsuitable(key, "an integer value", text, NumberHint),
        ConfigKind.Duration => GoDuration.TryParse(text, out var duration)
            ? ConfigValue.Of(GoDuration.Format(duration))
            : throw Unsuitable(key, "a valid duration value", text, DurationHint),
        ConfigKind.List => ConfigValue.Of(text.Split(',')),
        ConfigKind.Map => ParseMap(text),
        ConfigKind.Structure => throw new CliException(
            $"config key \"{key.Path}\" holds a structure, which a key=value cannot express", "Write it into a YAML file and name that with --config"),
        _ => ConfigValue.Of(text),
    };

    /// <summary>Reads a truth value in one of the reference's spellings.</summary>
    public static bool TryParseFlag(string text, out bool flag)
    {
        flag = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return flag || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    /// <summary>Reads <c>a=1,b=2</c>.</summary>
    /// <exception cref="CliException">A pair is not a pair.</exception>
    public static MapValue ParseMap(string text)
    {
        var entries = MapValue.Empty.Entries.ToBuilder();
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = pair.Split('=');
            if (sides.Length == 1)
                throw new CliException($"invalid format [{text}]: expected 'key=value', but found no '=' in '{pair}'", MapHint);
            if (sides.Length > 2 || sides[0].Length == 0 || sides[1].Length == 0)
                throw new CliException($"invalid format [{text}]: '{pair}' is not one 'key=value'", MapHint);
            entries[sides[0].Trim()] = ConfigValue.Of(sides[1].Trim());
        }
        return new(entries.ToImmutable());
    }

    private static CliException Unsuitable(ConfigKey key, string wanted, string text, string hint) =>
        new($"config key: \"{key.Path.ToLowerInvariant()}\" expects {wanted}, received: \"{text}\"", hint);
}
