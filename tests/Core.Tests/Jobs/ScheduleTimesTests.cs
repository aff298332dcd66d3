using System.Globalization;
using Bacalhau.Core.Jobs;
using FsCheck.Xunit;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class ScheduleTimesTests
{
    private static readonly string[] _lines =
        ["@hourly", "*/7 * * * *", "30 2 * * *", "15,45 1-3 * * *", "0 0 L * *", "0 12 29 2 *", "30 4 * * MON-FRI", "0 3 15W * *", "0 0 * * 1#2"];

    private static readonly string[] _zones = ["", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

    [Theory]
    [InlineData("every day", "is no cron line")]
    [InlineData("* * * *", "is no cron line")]
    [InlineData("* * * * * *", "is no cron line")]
    [InlineData("61 * * * *", "'61 * * * *' is no cron line: Minutes: Value must be")]
    [InlineData("0 0 * JANUARY *", "is no cron line")]
    [InlineData("H 4 * * *", "is no cron line")]
    [InlineData("@reboot", "is no cron line")]
    [InlineData("@every_second", "every second")]
    [InlineData("0 0 30 2 *", "never fires")]
    [InlineData("", "no cron line")]
    public void A_bad_line_is_told_with_words(string cron, string message)
    {
        var problem = Assert.Single(ScheduleTimes.Read(new JobSchedule { Cron = cron }).Problems);
        Assert.Equal("Schedule.Cron", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Hint);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("../../etc/passwd")]
    [InlineData("/usr/share/zoneinfo/Europe/Berlin")]
    [InlineData(" Europe/Berlin")]
    public void A_zone_that_is_none_is_told_with_an_example(string zone)
    {
        var problem = Assert.Single(ScheduleTimes.Read(new JobSchedule { Cron = "@daily", TimeZone = zone }).Problems);
        Assert.Equal(("Schedule.TimeZone", SpecProblemCode.Invalid), (problem.Path, problem.Code));
        Assert.Contains("Europe/Berlin", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_firing_comes_after_the_time_asked_for()
    {
        var times = Times("0 3 * * *");
        Assert.Equal(At("2026-01-02T03:00:00Z"), times.Next(At("2026-01-01T03:00:00Z")));
        Assert.Equal(At("2026-01-01T03:00:00Z"), times.Next(At("2026-01-01T02:59:59.9999999Z")));
        Assert.Equal(At("2026-01-01T03:00:00Z"), times.Next(At("2026-01-01T03:30:00+01:00")));
        Assert.Equal(TimeSpan.Zero, Times("0 3 * * *", "Europe/Berlin").Next(At("2026-01-01T00:00:00Z"))!.Value.Offset);
    }

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z")]
    [InlineData("*/30 2 * * *", "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-26T01:00:00Z")]
    public void When_clocks_change_nothing_is_left_out_and_a_fixed_time_fires_once(string cron, string after, string expected)
    {
        var times = Times(cron, "Europe/Berlin");
        var time = At(after);
        foreach (var next in expected.Split(' '))
        {
            Assert.Equal(At(next), times.Next(time));
            time = At(next);
        }
    }

    [Fact]
    public void The_last_of_the_missed_firings_is_found_however_long_the_outage()
    {
        var times = Times("* * * * *");
        Assert.Equal(At("2026-06-01T12:34:00Z"), times.LatestWithin(At("1990-01-01T00:00:00Z"), At("2026-06-01T12:34:56Z")));
        Assert.Equal(At("2026-06-01T12:34:00Z"), times.LatestWithin(At("2026-06-01T12:33:00Z"), At("2026-06-01T12:34:00Z")));
        Assert.Null(times.LatestWithin(At("2026-06-01T12:34:00Z"), At("2026-06-01T12:34:59Z")));
        Assert.Null(times.LatestWithin(At("2026-06-02T00:00:00Z"), At("2026-06-01T00:00:00Z")));
    }

    [Property(MaxTest = 300)]
    public bool Looking_back_and_looking_ahead_agree(uint seed)
    {
        var random = new Random((int)(seed & int.MaxValue));
        var times = Times(_lines[random.Next(_lines.Length)], _zones[random.Next(_zones.Length)]);
        var after = At("2020-01-01T00:00:00Z").AddMinutes(random.Next(10 * 365 * 24 * 60));
        var upTo = after.AddMinutes(random.Next(3 * 24 * 60));
        DateTimeOffset? last = null;
        for (var next = times.Next(after); next <= upTo; next = times.Next(next.Value))
        {
            last = next;
        }

        return times.LatestWithin(after, upTo) == last;
    }

    [Fact]
    public void A_firing_is_named_by_its_time_in_utc() =>
        Assert.Equal("nightly@20260329T010000Z", ScheduleTimes.NameOf("nightly", At("2026-03-29T03:00:00+02:00")));

    private static ScheduleTimes Times(string cron, string zone = "") =>
        ScheduleTimes.Read(new JobSchedule { Cron = cron, TimeZone = zone }).Value ?? throw new InvalidOperationException($"{cron} in {zone} is no schedule");

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
