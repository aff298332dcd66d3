using System.Globalization;
using System.Text;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>Writes a node's log to standard error: one line for people, or one JSON object, for each entry.</summary>
internal sealed class NodeLogging(LoggingConfig config, TextWriter output, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock gate = new();

    /// <summary>A factory that writes nowhere else.</summary>
    public static ILoggerFactory CreateFactory(LoggingConfig config, TextWriter output, TimeProvider clock) =>
        LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LevelOf(config.Level))
            .AddFilter("Microsoft.AspNetCore", LevelOf(config.Level) < LogLevel.Information ? LogLevel.Information : LogLevel.Warning)
            .AddFilter("Microsoft.Hosting", LogLevel.Warning)
            // Why it does not start is told as the command's error, without a stack.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddProvider(new NodeLogging(config, output, clock)));

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private static LogLevel LevelOf(string level) => level switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" or "panic" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRC",
        LogLevel.Debug => "DBG",
        LogLevel.Warning => "WRN",
        LogLevel.Error => "ERR",
        LogLevel.Critical => "FTL",
        _ => "INF",
    };

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var line = config.Mode == "json"
            ? ToJson(time, category, level, message, exception)
            : $"{time} | {NameOf(level)} | {category} | {message}{(exception is null ? "" : $"\n{exception}")}";
        lock (gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static string ToJson(string time, string category, LogLevel level, string message, Exception? exception)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("level", level.ToString());
            json.WriteString("category", category);
            json.WriteString("message", message);
            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private sealed class CategoryLogger(NodeLogging owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(category, logLevel, formatter(state, exception), exception);
    }
}
