using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Json;
using Microsoft.AspNetCore.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Writes answers as the reference does: JSON without a charset, one line feed at the end, indented when the query says <c>pretty</c>.</summary>
internal static class ApiAnswer
{
    private const string JsonType = "application/json";

    /// <summary>Writes a document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="value">The document.</param>
    /// <param name="type">Its contract.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="encoder">How text is escaped; null for the usual way.</param>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = 200, GoJsonEncoder? encoder = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var options = new JsonWriterOptions { Encoder = encoder ?? GoJsonEncoder.Html, Indented = context.Request.Query.ContainsKey("pretty"), NewLine = "\n" };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        buffer.Write("\n"u8);
        context.Response.StatusCode = status;
        context.Response.ContentType = JsonType;
        context.Response.ContentLength = buffer.WrittenCount;
        return context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted).AsTask();
    }

    /// <summary>Writes an error.</summary>
    public static Task WriteAsync(HttpContext context, ApiProblem problem) =>
        WriteAsync(context, problem.ToView(context.Request.Headers["X-Request-Id"].ToString()), ApiJson.Wire.ErrorView, problem.Status);
}
