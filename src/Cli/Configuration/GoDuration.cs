using System.Globalization;
using System.Text;

namespace Bacalhau.Cli.Configuration;

/// <summary>Durations as the reference writes them: <c>1h30m</c>, <c>100ms</c>.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, decimal Ticks)[] _units =
        [("ns", 0.01m), ("us", 10m), ("µs", 10m), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
            ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour)];

    /// <summary>Reads numbers with units, one after the other; only zero needs no unit.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        if (rest.StartsWith("-") || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;

        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            var digits = LengthOf(rest, character => char.IsAsciiDigit(character) || character == '.');
            var letters = LengthOf(rest[digits..], character => !char.IsAsciiDigit(character) && character != '.');
            var unit = rest.Slice(digits, letters).ToString();
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || Array.FindIndex(_units, candidate => candidate.Unit == unit) is var index && index < 0)
                return false;
            ticks += number * _units[index].Ticks;
            if (ticks > long.MaxValue)
                return false;
            rest = rest[(digits + letters)..];
        }
        duration = new TimeSpan((long)(isNegative ? -ticks : ticks));
        return true;
    }

    /// <summary>The duration with hours, minutes and seconds, and with fractions of a second in the largest fitting unit.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var rest = duration.Duration();
        if (rest < TimeSpan.FromSeconds(1))
            return text.Append(Fraction(rest)).ToString();
        if (rest.TotalHours >= 1)
            text.Append(CultureInfo.InvariantCulture, $"{(long)rest.TotalHours}h");
        if (rest.TotalMinutes >= 1)
            text.Append(CultureInfo.InvariantCulture, $"{rest.Minutes}m");
        var seconds = (rest.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s").ToString();
    }

    private static string Fraction(TimeSpan duration) => duration.Ticks switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks * 100}ns"),
        < TimeSpan.TicksPerMillisecond => string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / 10m:0.#}µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond:0.####}ms"),
    };

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
            length++;
        return length;
    }
}
