using System.Collections.Concurrent;

namespace Bacalhau.TestKit.Links;

/// <summary>One delivery of a message, before it happens: what a fault rule decides by.</summary>
/// <param name="From">Name of the sending link.</param>
/// <param name="To">Name of the receiving link.</param>
/// <param name="Subject">Where it was sent to; of an answer, where the question was sent to.</param>
/// <param name="IsAnswer">Whether it answers a request.</param>
public sealed record MemoryDelivery(string From, string To, string Subject, bool IsAnswer);

/// <summary>
/// A message service in memory, to which <see cref="MemoryLink"/>s connect. What is delivered without delay is handled on the caller's own stack, so a test
/// without faults needs no clock; delays and time limits run on the given clock.
/// </summary>
/// <param name="clock">Clock of delays and of requests' time limits.</param>
public sealed class MemoryHub(TimeProvider clock)
{
    /// <summary>Largest message that is taken.</summary>
    public const int MaxPayloadBytes = 512 * 1024;

    private static readonly TimeSpan[] _atOnce = [TimeSpan.Zero];

    private readonly Lock gate = new();
    private readonly List<MemorySubscription> subscriptions = [];

    /// <summary>How often and after which delays a message is delivered: none loses it, two double it, unequal ones reorder. At once and once by default.</summary>
    public Func<MemoryDelivery, IReadOnlyList<TimeSpan>> Route { get; set; } = static _ => _atOnce;

    /// <summary>Exceptions that handlers let out; empty in a sound test.</summary>
    public ConcurrentBag<Exception> Failures { get; } = [];

    internal TimeProvider Clock => clock;

    /// <summary>A new connection.</summary>
    /// <param name="name">Name, by which fault rules know it.</param>
    public MemoryLink Connect(string name) => new(this, name);

    internal void Add(MemorySubscription subscription)
    {
        lock (gate)
        {
            subscriptions.Add(subscription);
        }
    }

    internal void Remove(MemorySubscription subscription)
    {
        lock (gate)
        {
            subscriptions.Remove(subscription);
        }
    }

    internal void RemoveAllOf(MemoryLink link)
    {
        List<MemorySubscription> own;
        lock (gate)
        {
            own = subscriptions.FindAll(subscription => subscription.Link == link);
        }

        own.ForEach(subscription => subscription.End());
    }

    internal IReadOnlyList<MemorySubscription> Listeners(string subject)
    {
        lock (gate)
        {
            return subscriptions.FindAll(
                subscription => subscription.IsPattern ? Matches(subscription.Subject, subject) : subscription.Subject == subject);
        }
    }

    /// <summary>Carries a message along the fault rule's ways; <paramref name="arrive"/> runs at each arrival.</summary>
    internal void Carry(MemoryLink from, MemoryLink to, string subject, bool isAnswer, Action arrive)
    {
        foreach (var delay in Route(new MemoryDelivery(from.Name, to.Name, subject, isAnswer)))
        {
            _ = CarryAsync(from, to, delay, arrive);
        }
    }

    private async Task CarryAsync(MemoryLink from, MemoryLink to, TimeSpan delay, Action arrive)
    {
        if (from.IsCut || from.IsDisposed)
        {
            return;
        }

        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, clock);
        }

        if (to.IsCut || to.IsDisposed)
        {
            return;
        }

        if (to.Context is { } context)
        {
            context.Post(_ => arrive(), null);
        }
        else
        {
            arrive();
        }
    }

    /// <summary>Whether a subject is one of a pattern's: <c>*</c> stands for one part, <c>&gt;</c> for all that follow.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> subject)
    {
        while (true)
        {
            var wanted = FirstPart(pattern);
            var given = FirstPart(subject);
            if (wanted is ">")
            {
                return given.Length > 0;
            }

            if (given.Length == 0 || !(wanted is "*" || wanted.SequenceEqual(given)))
            {
                return false;
            }

            var (isLastWanted, isLastGiven) = (wanted.Length == pattern.Length, given.Length == subject.Length);
            if (isLastWanted || isLastGiven)
            {
                return isLastWanted && isLastGiven;
            }

            pattern = pattern[(wanted.Length + 1)..];
            subject = subject[(given.Length + 1)..];
        }
    }

    private static ReadOnlySpan<char> FirstPart(ReadOnlySpan<char> subject) => subject.IndexOf('.') is >= 0 and var dot ? subject[..dot] : subject;
}
