namespace Bacalhau.EndToEnd.Harness;

/// <summary>Waits for what other processes do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(40);

    /// <summary>Looks until something is there.</summary>
    /// <param name="what">What is waited for, as it stands in the failure.</param>
    /// <param name="look">Gives null while it is not there.</param>
    /// <param name="seconds">Deadline.</param>
    public static async Task<T> SeesAsync<T>(string what, Func<Task<T?>> look, double seconds = 30)
        where T : class
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (clock.GetElapsedTime(began) > TimeSpan.FromSeconds(seconds))
            {
                throw new TimeoutException($"After {seconds} s still not seen: {what}");
            }

            await Task.Delay(_pause, clock);
        }
    }

    /// <summary>Looks until something holds.</summary>
    /// <param name="what">What is waited for, as it stands in the failure.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="seconds">Deadline.</param>
    public static Task HoldsAsync(string what, Func<bool> holds, double seconds = 30) =>
        SeesAsync(what, () => Task.FromResult(holds() ? what : null), seconds);

    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, double)"/>
    public static Task HoldsAsync(string what, Func<Task<bool>> holds, double seconds = 30) =>
        SeesAsync(what, async () => await holds() ? what : null, seconds);
}
