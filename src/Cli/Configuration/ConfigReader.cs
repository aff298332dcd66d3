using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Configuration;

/// <summary>Gives types to settings, and gathers every problem on the way.</summary>
internal sealed class ConfigReader(ConfigSettings settings)
{
    private readonly List<ConfigProblem> problems = [.. settings.Warnings];

    /// <summary>All problems found so far.</summary>
    public ImmutableArray<ConfigProblem> Problems => [.. problems];

    /// <summary>Notes a problem.</summary>
    public void Report(string path, string message, string hint = "") => problems.Add(new(path, message, hint));

    /// <summary>A text.</summary>
    public string Text(string path)
    {
        var value = Of(path);
        if (value is TextValue text)
            return text.Text;
        Report(path, "expects a text", "write one value");
        return "";
    }

    /// <summary>A text, if somebody gave one; empty where only the default stands.</summary>
    public string Given(string path) => settings.IsGiven(KeyOf(path)) ? Text(path) : "";

    /// <summary>A text that is one of a few, without case.</summary>
    public string OneOf(string path, params string[] choices)
    {
        var text = Text(path).ToLowerInvariant();
        if (!choices.Contains(text))
            Report(path, $"does not know '{text}'", "one of " + string.Join(", ", choices));
        return text;
    }

    /// <summary>A truth value.</summary>
    public bool Flag(string path)
    {
        var text = Text(path);
        if (!ConfigText.TryParseFlag(text, out var flag) && text.Length > 0)
            Report(path, $"cannot read '{text}' as a truth value", "true or false");
        return flag;
    }

    /// <summary>A whole number in a range.</summary>
    public long Number(string path, long least = 0, long most = long.MaxValue)
    {
        var text = Text(path);
        if (text.Length == 0)
            return least;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            Report(path, $"cannot read '{text}' as a whole number");
        else if (number < least || number > most)
            Report(path, $"is {number}", $"from {least} to {most}");
        return number;
    }

    /// <summary>A TCP port, or 0.</summary>
    public int Port(string path) => (int)Number(path, 0, 65535);

    /// <summary>A duration that is not negative unless that is allowed.</summary>
    public TimeSpan Duration(string path, bool mayBeNegative = false)
    {
        var text = Text(path);
        if (text.Length == 0)
            return TimeSpan.Zero;
        if (!GoDuration.TryParse(text, out var duration))
            Report(path, $"cannot read '{text}' as a duration", "a number with a unit, as 30s or 1h30m");
        else if (duration < TimeSpan.Zero && !mayBeNegative)
            Report(path, $"is negative: {text}");
        return duration;
    }

    /// <summary>An amount of bytes.</summary>
    public long Bytes(string path)
    {
        var text = Text(path);
        if (ByteSize.TryParse(text, out var bytes))
            return bytes;
        Report(path, $"cannot read '{text}' as an amount of bytes", "a number with a unit, as 512Mb or 10GiB");
        return 0;
    }

    /// <summary>Texts in an order; a single text counts as one of them.</summary>
    public ImmutableArray<string> List(string path)
    {
        switch (Of(path))
        {
            case ListValue list when list.Items.All(item => item is TextValue):
                return [.. list.Items.Select(item => ((TextValue)item).Text)];
            case TextValue text:
                return text.IsEmpty ? [] : [text.Text];
            default:
                Report(path, "expects a list of texts");
                return [];
        }
    }

    /// <summary>Addresses of servers, with a scheme or without.</summary>
    public ImmutableArray<string> Addresses(string path)
    {
        var addresses = List(path);
        foreach (var address in addresses.Where(address => !Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "nats://" + address, UriKind.Absolute, out _)))
            Report(path, $"cannot read '{address}' as an address", "host:port, or nats://host:port");
        return addresses;
    }

    /// <summary>Texts by name.</summary>
    public ImmutableSortedDictionary<string, string> Map(string path)
    {
        if (Of(path) is MapValue map && map.Entries.Values.All(value => value is TextValue))
            return TextMap.Empty.AddRange(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, ((TextValue)entry.Value).Text)));
        Report(path, "expects a map of texts");
        return TextMap.Empty;
    }

    /// <summary>A structure as it was written.</summary>
    public ConfigValue Structure(string path) => Of(path);

    private ConfigValue Of(string path) => settings[KeyOf(path)];

    private static ConfigKey KeyOf(string path) => ConfigCatalog.Find(path) ?? throw new InvalidOperationException($"No configuration key '{path}'.");
}
