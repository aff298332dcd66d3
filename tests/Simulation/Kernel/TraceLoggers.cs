using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Simulation.Kernel;

/// <summary>Writes logs into the trace, and remembers errors: sound code logs none but for the faults that the simulation makes.</summary>
internal sealed class TraceLoggers(Trace trace) : ILoggerFactory, ILogger
{
    public List<string> Errors { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (trace.IsOn ? LogLevel.Debug : LogLevel.Error);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception) + (exception is null ? "" : $" [{exception.GetType().Name}: {exception.Message}]");
        trace.Add($"log {logLevel} {line}");
        if (logLevel >= LogLevel.Error && exception is not (null or SimulatedCrashException or StoreUnavailableException { InnerException: SimulatedCrashException }))
        {
            Errors.Add(line + "\n" + exception);
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>The process dies here.</summary>
internal sealed class SimulatedCrashException() : Exception("simulated crash");

/// <summary>The logs of one process; a dead one says nothing.</summary>
internal sealed class ProcessLoggers(TraceLoggers world, ProcessClock process) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => process.IsAlive && world.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (process.IsAlive)
        {
            world.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    public void Dispose()
    {
    }
}
