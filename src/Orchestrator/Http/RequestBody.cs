using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Reads JSON bodies. No body, and the document <c>null</c>, are the empty request.</summary>
internal static class RequestBody
{
    /// <summary>Reads the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">Its contract.</param>
    /// <returns>The request, or null when there is none.</returns>
    /// <exception cref="ApiProblemException">The body is not JSON, not of this contract, or too large.</exception>
    public static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        var bytes = await ReadBytesAsync(context);
        if (bytes.Length == 0)
        {
            return null;
        }

        if (!context.Request.HasJsonContentType())
        {
            throw new ApiProblemException(ApiProblem.NotJson);
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type);
        }
        catch (JsonException exception)
        {
            throw new ApiProblemException(ApiProblem.Unreadable(Describe(exception)));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context)
    {
        using var buffer = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == 413)
        {
            throw new ApiProblemException(ApiProblem.TooLarge);
        }
        catch (BadHttpRequestException exception)
        {
            throw new ApiProblemException(ApiProblem.Unreadable($"the body cannot be read: {exception.Message}"));
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static string Describe(JsonException exception)
    {
        var place = exception.Path is { Length: > 2 } path && path[0] == '$' ? $" at {path[2..]}" : "";
        return exception.InnerException is not JsonException && exception.Path is { Length: > 0 } && exception.Message.StartsWith("The JSON value", StringComparison.Ordinal)
            ? $"the body has a value of the wrong type{place} (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})"
            : $"the body is not valid JSON{place} (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})";
    }
}
