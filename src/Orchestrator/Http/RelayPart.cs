using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The part of a result that is relayed: all of it, or what follows a byte for a client that goes on with a download (RFC 9110 §14). Parts are given only of what has a digest.</summary>
/// <param name="From">First byte.</param>
/// <param name="Digest">SHA-256 of the whole, lower-case hex; empty where it is not known.</param>
internal sealed record RelayPart(long From, string Digest)
{
    private string Tag => $"\"{Digest}\"";

    /// <summary>What a request wants.</summary>
    /// <param name="request">The request.</param>
    /// <param name="digest">SHA-256 of the whole; empty where it is not known.</param>
    public static RelayPart Of(HttpRequest request, string digest)
    {
        var (headers, all) = (request.GetTypedHeaders(), new RelayPart(0, digest));
        var isSame = digest.Length > 0 && (headers.IfRange is not { } asked || asked.EntityTag is { IsWeak: false, Tag: var tag } && tag == all.Tag);
        return isSame && headers.Range is { Ranges.Count: 1 } range && range.Unit == "bytes" && range.Ranges.First() is { From: { } from, To: null } ? all with { From = from } : all;
    }

    /// <summary>Writes the head of the answer; false if there is no such part.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="total">Bytes of the whole; −1 where it is not known.</param>
    public bool TryBegin(HttpResponse response, long total)
    {
        if (From > 0 && From >= total)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = new ContentRangeHeaderValue(total).ToString();
            return false;
        }

        if (Digest.Length > 0)
        {
            response.Headers.AcceptRanges = "bytes";
            response.Headers.ETag = Tag;
        }

        if (From > 0)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {From}-{total - 1}/{total}");
        }

        response.ContentLength = total >= 0 ? total - From : null;
        return true;
    }
}
