using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>Finds what of an input's objects is in the node's cache. Whether the bucket has the same ones still, only a listing tells.</summary>
internal static class S3Holdings
{
    /// <summary>The bytes, by partition where the objects are divided; null for nothing.</summary>
    public static DataAnswer? Find(InputCache cache, S3Place place, S3InputParams input, int partitions, CancellationToken cancellation)
    {
        var beneath = S3Content.LocationOf(place, input.Bucket, "");
        var filter = S3InputParams.Expression(input.Filter);
        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (location, length) in cache.FindBeneath(beneath + input.Prefix))
        {
            var key = location[beneath.Length..];
            if (input.IsPrefix ? !filter.IsMatch(key[input.Prefix.Length..]) : key != input.Key)
            {
                continue;
            }

            // Of an object that has changed, both contents may be here.
            bytes[key] = Math.Max(length, bytes.GetValueOrDefault(key));
            cancellation.ThrowIfCancellationRequested();
        }

        var total = bytes.Values.Sum();
        return total == 0 ? null : new DataAnswer { Bytes = total, TotalBytes = input.IsPrefix ? 0 : total, Parts = [.. PartsOf(bytes, input, partitions)] };
    }

    private static IEnumerable<DataPart> PartsOf(Dictionary<string, long> bytes, S3InputParams input, int partitions) => partitions <= 1 ? [] :
        from held in bytes
        group held.Value by input.Partition.Of(held.Key, held.Key[input.Prefix.Length..], partitions) ?? 0 into part
        orderby part.Key
        select new DataPart(part.Key, part.Sum());
}
