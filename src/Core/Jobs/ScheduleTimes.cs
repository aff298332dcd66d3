using System.Globalization;
using Cronos;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// The times at which a schedule fires, exact to the second and in UTC. Where clocks go forward, a time that does not exist fires when they
/// have; where they go back, one that exists twice fires once, and one that repeats within the hour at each.
/// </summary>
public sealed class ScheduleTimes
{
    /// <summary>Examples for whoever wrote a line that is none.</summary>
    private const string Example = "five fields: minute, hour, day of month, month, day of week, such as \"30 4 * * MON-FRI\"; or @hourly, @daily, @weekly, @monthly";

    /// <summary>A zone that every set of zones holds.</summary>
    private const string KnownZone = "Europe/London";

    private readonly CronExpression cron;
    private readonly TimeZoneInfo zone;

    private ScheduleTimes(CronExpression cron, TimeZoneInfo zone)
    {
        this.cron = cron;
        this.zone = zone;
    }

    /// <summary>The times of a schedule, or what is wrong with its line and its zone.</summary>
    public static Parsed<ScheduleTimes> Read(JobSchedule schedule)
    {
        var problems = new SpecProblems();
        var cron = ReadCron(schedule.Cron, problems);
        var zone = ReadZone(schedule.TimeZone, problems);
        return new(cron is not null && zone is not null ? new ScheduleTimes(cron, zone) : null, problems.ToImmutable(), []);
    }

    /// <summary>Name of the job that one firing starts: <c>nightly@20260102T030000Z</c>.</summary>
    /// <param name="parent">Name of the scheduled job.</param>
    /// <param name="firing">When it fires.</param>
    public static string NameOf(string parent, DateTimeOffset firing) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent}@{firing.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");

    /// <summary>The first firing after a time; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => cron.GetNextOccurrence(after.ToUniversalTime(), zone)?.ToUniversalTime();

    /// <summary>
    /// The last firing after <paramref name="after"/> that is not later than <paramref name="upTo"/>, however many lie between; null for none.
    /// </summary>
    public DateTimeOffset? LatestWithin(DateTimeOffset after, DateTimeOffset upTo) =>
        cron.GetPreviousOccurrence(upTo.ToUniversalTime(), zone, inclusive: true) is { } latest && latest > after ? latest.ToUniversalTime() : null;

    private static CronExpression? ReadCron(string text, SpecProblems problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add("Schedule.Cron", "the schedule has no cron line", Example, SpecProblemCode.Missing);
            return null;
        }

        CronExpression cron;
        try
        {
            cron = CronExpression.Parse(text, CronFormat.Standard);
        }
        catch (Exception wrong) when (wrong is CronFormatException or MissingSeedException)
        {
            problems.Add("Schedule.Cron", $"'{SpecProblems.Shorten(text)}' is no cron line{ReasonOf(wrong)}", Example);
            return null;
        }

        if (cron == CronExpression.EverySecond)
        {
            problems.Add("Schedule.Cron", "a schedule cannot fire every second", "once a minute is the most: @every_minute");
            return null;
        }

        if (cron.GetNextOccurrence(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null)
        {
            problems.Add("Schedule.Cron", $"the cron line '{text}' never fires", "no year has such a day: correct the day of the month or the month");
            return null;
        }

        return cron;
    }

    /// <summary>The library's second sentence, about the field; the first only says that something is wrong.</summary>
    private static string ReasonOf(Exception wrong) =>
        wrong.Message.Split(". ", 2) is [_, var aboutField] && aboutField.Contains(": ", StringComparison.Ordinal) ? $": {aboutField.TrimEnd('.')}" : "";

    private static TimeZoneInfo? ReadZone(string name, SpecProblems problems)
    {
        if (name.Length == 0)
        {
            return TimeZoneInfo.Utc;
        }

        if (IsZoneName(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(KnownZone, out _))
        {
            problems.Add("Schedule.TimeZone", $"there is no time zone '{name}'", "a name of the IANA list, such as Europe/Berlin; leave it out for UTC");
        }
        else
        {
            problems.Add(
                "Schedule.TimeZone",
                $"the time zone '{name}' cannot be looked up: this machine has no time zones",
                "install its package tzdata, or leave the zone out for UTC",
                SpecProblemCode.NotSupported);
        }

        return null;
    }

    /// <summary>Zones are files of the system: a name must not lead out of their folder.</summary>
    private static bool IsZoneName(string name) =>
        char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '-' or '+');
}
