using System.Globalization;

namespace Bacalhau.Cli.Output;

/// <summary>Moments and spans as tables show them; all moments are UTC.</summary>
internal static class TimeText
{
    /// <summary>A moment given in nanoseconds since 1970.</summary>
    public static DateTimeOffset OfNanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    /// <summary>Date and time.</summary>
    public static string Full(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Time of day.</summary>
    public static string Short(DateTimeOffset time) => time.ToUniversalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Time of day with milliseconds.</summary>
    public static string Precise(DateTimeOffset time) => time.ToUniversalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in at most two units.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        var span = now > time ? now - time : TimeSpan.Zero;
        var text = span switch
        {
            { TotalDays: >= 1 } => $"{(int)span.TotalDays}d" + (span.Hours > 0 ? $"{span.Hours}h" : ""),
            { TotalHours: >= 1 } => $"{span.Hours}h" + (span.Minutes > 0 ? $"{span.Minutes}m" : ""),
            { TotalMinutes: >= 1 } => $"{span.Minutes}m" + (span.Seconds > 0 ? $"{span.Seconds}s" : ""),
            _ => $"{span.Seconds}s",
        };
        return text + " ago";
    }
}
