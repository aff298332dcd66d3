using System.Globalization;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.Chaos;

/// <summary>A <c>serve</c> process that is started again whenever it has ended, as a service of the machine is, unless it is held down.</summary>
/// <param name="name">Name of the node and of its data folder.</param>
/// <param name="start">Starts the process.</param>
/// <param name="timeline">Where its ends are noted.</param>
/// <param name="log">File for what it prints.</param>
internal sealed class Member(string name, Func<Node> start, Timeline timeline, string log) : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource end = new();
    private volatile bool isHeldDown;
    private volatile Node? node;
    private int written;
    private Task watch = Task.CompletedTask;

    /// <summary>Name of the node.</summary>
    public string Name => name;

    /// <summary>At most one thing at a time is done to a process.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Process id; null while it is down.</summary>
    public int? Id => node is { } running && Processes.IsAlive(running.Id) ? running.Id : null;

    /// <summary>Process id of its message server; null if there is none.</summary>
    public int? MessageServer => node?.MessageServer;

    /// <summary>Begins to watch.</summary>
    public void Begin() => watch = WatchAsync();

    /// <summary>Ends the process, and keeps it down until <see cref="Release"/>.</summary>
    /// <param name="asks">Whether it is asked to, and killed only if it has not ended after 20 s.</param>
    public async Task HoldDownAsync(bool asks)
    {
        isHeldDown = true;
        if (node is not { } running || !Processes.IsAlive(running.Id))
        {
            return;
        }

        if (asks)
        {
            Processes.Terminate(running.Id);
            if (!await EndsAsync(running.Id, 20))
            {
                timeline.Say($"{name} did not end within 20 s of TERM");
                timeline.Count("seen: did not end at TERM");
            }
        }

        Processes.KillNow(running.Id);
        await EndsAsync(running.Id, 20);
    }

    /// <summary>Lets it be started again.</summary>
    public void Release() => isHeldDown = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        isHeldDown = true;
        end.Cancel();
        node?.Dispose();
        Keep();
        end.Dispose();
        Turn.Dispose();
    }

    /// <summary>Writes what it printed since the last time.</summary>
    public void Keep()
    {
        if (node is { } running)
        {
            var lines = running.Log.All;
            File.AppendAllLines(log, lines.Skip(written));
            written = lines.Length;
        }
    }

    private static async Task<bool> EndsAsync(int id, int seconds)
    {
        for (var began = TimeProvider.System.GetTimestamp(); Processes.IsAlive(id);)
        {
            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds > seconds)
            {
                return false;
            }

            await Task.Delay(50);
        }

        return true;
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                if (!isHeldDown)
                {
                    await RunAsync();
                }

                await Task.Delay(_pause, TimeProvider.System, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // All is over.
        }
    }

    private async Task RunAsync()
    {
        written = 0;
        node = start();
        while (Processes.IsAlive(node.Id))
        {
            await Task.Delay(100, end.Token);
        }

        if (node.Log.All.FirstOrDefault(line => line.Contains("Unhandled exception", StringComparison.Ordinal)) is { } crash)
        {
            timeline.SayWrong($"{name} crashed: {crash}");
        }
        else if (!isHeldDown)
        {
            var last = node.Log.All.LastOrDefault(line => line.Length > 0);
            timeline.Say(string.Create(CultureInfo.InvariantCulture, $"{name} ended by itself: {last}"));
            timeline.Count("seen: a process ended by itself");
        }

        Keep();
        var ended = node;
        node = null;
        ended.Dispose();
    }
}
