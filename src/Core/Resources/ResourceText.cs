using System.Globalization;

namespace Bacalhau.Core.Resources;

/// <summary>Amounts of resources as people write them (spec: job-model.md §2.3), read exactly into whole units.</summary>
public static class ResourceText
{
    /// <summary>Most CPU that can be asked for: a million cores.</summary>
    public const long MaxCpuMillis = 1_000_000_000;

    private static readonly string[] _decimalUnits = ["kb", "mb", "gb", "tb", "pb", "eb"];
    private static readonly string[] _binaryUnits = ["kib", "mib", "gib", "tib", "pib", "eib"];

    /// <summary>
    /// Reads cores (<c>0.5</c>, <c>2</c>) or thousandths (<c>500m</c>) into thousandths, cut off below one. Empty is zero;
    /// false for anything else, for negative values and for more than <see cref="MaxCpuMillis"/>.
    /// </summary>
    public static bool TryParseCpu(string text, out long millis)
    {
        var value = Squeeze(text);
        millis = 0;
        if (value.Length == 0)
        {
            return true;
        }

        if (value.EndsWith('m'))
        {
            return long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out millis)
                && millis <= MaxCpuMillis;
        }

        if (!TryParseNumber(value, out var cores) || cores > MaxCpuMillis / 1000)
        {
            return false;
        }

        millis = (long)(cores * 1000);
        return true;
    }

    /// <summary>
    /// Reads bytes with an optional unit, decimal (<c>512mb</c>) or binary (<c>1.5gib</c>), in any case. Empty is zero;
    /// false for anything else, for negative values and for more than a long holds.
    /// </summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        var value = Squeeze(text);
        bytes = 0;
        if (value.Length == 0)
        {
            return true;
        }

        var unitAt = 0;
        while (unitAt < value.Length && (char.IsAsciiDigit(value[unitAt]) || value[unitAt] is '.' or ','))
        {
            unitAt++;
        }

        var number = value[..unitAt].Replace(",", "", StringComparison.Ordinal);
        if (!TryParseUnit(value.AsSpan(unitAt), out var unit) || !TryParseNumber(number, out var amount)
            || amount > long.MaxValue / (decimal)unit)
        {
            return false;
        }

        bytes = (long)(amount * unit);
        return true;
    }

    /// <summary>Reads a whole number of devices; empty is zero, false for anything else.</summary>
    public static bool TryParseGpus(string text, out long gpus)
    {
        var value = Squeeze(text);
        gpus = 0;
        return value.Length == 0
            || (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out gpus) && gpus <= int.MaxValue);
    }

    /// <summary>The shortest text that reads as the given thousandths of a core: <c>2</c>, <c>500m</c>.</summary>
    public static string FormatCpu(long millis) => millis % 1000 == 0
        ? (millis / 1000).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{millis}m");

    /// <summary>The text with the largest unit that reads as exactly the given bytes: <c>512mb</c>, <c>1gib</c>, <c>1000001</c>.</summary>
    public static string FormatBytes(long bytes)
    {
        for (var power = 6; power > 0 && bytes != 0; power--)
        {
            if (bytes % UnitOf(1000, power) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / UnitOf(1000, power)}{_decimalUnits[power - 1]}");
            }

            if (bytes % UnitOf(1024, power) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / UnitOf(1024, power)}{_binaryUnits[power - 1]}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The text in lower case without blanks and line ends, as the job is stored.</summary>
    public static string Squeeze(string text) =>
        string.Concat(text.Where(character => character is not (' ' or '\n' or '\r' or '\t'))).ToLowerInvariant();

    private static bool TryParseNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && number >= 0;

    private static bool TryParseUnit(ReadOnlySpan<char> text, out long unit)
    {
        unit = 1;
        if (text is "" or "b")
        {
            return true;
        }

        var power = "kmgtpe".IndexOf(text[0], StringComparison.Ordinal) + 1;
        unit = text[1..] switch
        {
            "" or "b" => UnitOf(1000, power),
            "i" or "ib" => UnitOf(1024, power),
            _ => 0,
        };
        return power > 0 && unit > 0;
    }

    private static long UnitOf(long thousand, int power)
    {
        var unit = 1L;
        for (var times = 0; times < power; times++)
        {
            unit *= thousand;
        }

        return unit;
    }
}
