using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bacalhau.Protocol.Messages;

/// <summary>The hash over what a node holds, by which both sides notice that they disagree.</summary>
public static class HoldingHash
{
    /// <summary>Hash over (execution, ask revision, report revision), in order of the execution's id; lower-case hex of the first 16 bytes of a SHA-256.</summary>
    public static string Of(IEnumerable<(string ExecutionId, long AskRevision, long ReportRevision)> holdings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> counters = stackalloc byte[16];
        foreach (var (id, ask, report) in holdings.OrderBy(h => h.ExecutionId, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(id));
            BinaryPrimitives.WriteInt64LittleEndian(counters, ask);
            BinaryPrimitives.WriteInt64LittleEndian(counters[8..], report);
            hash.AppendData(counters);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
