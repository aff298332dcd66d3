using System.Globalization;

namespace Bacalhau.Cli.Configuration;

/// <summary>Amounts of bytes: read with decimal and binary units, written with decimal ones.</summary>
internal static class ByteSize
{
    private static readonly System.Buffers.SearchValues<char> _digits = System.Buffers.SearchValues.Create("0123456789.");
    private static readonly string[] _units = ["", "k", "m", "g", "t", "p", "e"];

    /// <summary>Reads <c>512Mb</c> (decimal), <c>512MiB</c> or <c>512Mi</c> (binary), or a bare number of bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.Trim().ToLowerInvariant();
        var digits = trimmed.AsSpan().IndexOfAnyExcept(_digits);
        var number = digits < 0 ? trimmed : trimmed[..digits];
        var unit = digits < 0 ? "" : trimmed[digits..].Trim();
        unit = unit.EndsWith('b') ? unit[..^1] : unit;
        var isBinary = unit.EndsWith('i');
        var power = Array.IndexOf(_units, isBinary ? unit[..^1] : unit);
        if (power < 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        var factor = (decimal)Math.Pow(isBinary ? 1024 : 1000, power);
        if (amount * factor > long.MaxValue)
            return false;
        bytes = (long)(amount * factor);
        return true;
    }

    /// <summary>The amount with at most two leading digits after rounding, as <c>10 GB</c> or <c>3.2 GB</c>.</summary>
    public static string Format(long bytes)
    {
        if (bytes < 10)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var power = (int)Math.Floor(Math.Log(bytes) / Math.Log(1000));
        var amount = Math.Floor((bytes / Math.Pow(1000, power) * 10) + 0.5) / 10;
        var unit = power == 0 ? "B" : _units[power].Replace('m', 'M').Replace('g', 'G').Replace('t', 'T').Replace('p', 'P').Replace('e', 'E') + "B";
        return string.Create(CultureInfo.InvariantCulture, $"{(amount < 10 ? amount.ToString("0.0", CultureInfo.InvariantCulture) : amount.ToString("0", CultureInfo.InvariantCulture))} {unit}");
    }
}
