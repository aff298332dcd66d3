using System.Buffers;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Logs;

/// <summary>The first bytes of one stream, and how much there was. Not thread-safe.</summary>
internal sealed class OutputHead
{
    private readonly ArrayBufferWriter<byte> first = new();

    /// <summary>Bytes seen in all.</summary>
    public long Length { get; private set; }

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsTruncated => Length > RunOutput.TextLimit;

    /// <summary>The bytes kept.</summary>
    public byte[] Bytes => first.WrittenSpan.ToArray();

    /// <summary>Takes in what comes next.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        first.Write(bytes[..Math.Min(bytes.Length, RunOutput.TextLimit - first.WrittenCount)]);
    }
}
