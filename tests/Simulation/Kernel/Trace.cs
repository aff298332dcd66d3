using System.Security.Cryptography;
using System.Text;

namespace Bacalhau.Simulation.Kernel;

/// <summary>What happened in a simulation, as a digest that two runs of one seed must share, and as the last lines for people.</summary>
/// <param name="clock">Clock of the simulation.</param>
/// <param name="isOn">Whether anything is kept; most of the time nobody looks, and it takes half of the time.</param>
internal sealed class Trace(VirtualClock clock, bool isOn) : IDisposable
{
    private const int KeptLines = 400_000;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<string> lines = new();

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => isOn;

    public void Add(string line)
    {
        if (!isOn)
        {
            return;
        }

        var stamped = $"{clock.Elapsed.TotalSeconds:0.000000} {line}";
        hash.AppendData(Encoding.UTF8.GetBytes(stamped));
        lines.Enqueue(stamped);
        if (lines.Count > KeptLines)
        {
            lines.Dequeue();
        }
    }

    public string Digest => Convert.ToHexStringLower(hash.GetCurrentHash().AsSpan(0, 8));

    public IEnumerable<string> LastLines(int count) => lines.Skip(Math.Max(0, lines.Count - count));

    public void Dispose() => hash.Dispose();
}
