using System.Collections.Immutable;

namespace Bacalhau.TestKit.Engines;

/// <summary>What a program of the conformance suite does, step by step; each engine's tests turn it into something their engine can run.</summary>
public sealed record EngineProgram(ImmutableArray<ProgramStep> Steps)
{
    /// <summary>Arguments given to the program.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public static EngineProgram Of(params ProgramStep[] steps) => new([.. steps]);
}

/// <summary>One step of a program. A program that has no <see cref="Exit"/> ends with 0.</summary>
public abstract record ProgramStep
{
    private ProgramStep()
    {
    }

    /// <summary>Writes text to standard output.</summary>
    public sealed record Out(string Text) : ProgramStep;

    /// <summary>Writes text to standard error.</summary>
    public sealed record Err(string Text) : ProgramStep;

    /// <summary>Ends with a code.</summary>
    public sealed record Exit(int Code) : ProgramStep;

    /// <summary>Prints its environment, <c>NAME=value</c> a line.</summary>
    public sealed record PrintEnvironment : ProgramStep;

    /// <summary>Prints its arguments, one a line.</summary>
    public sealed record PrintArguments : ProgramStep;

    /// <summary>Copies standard input to standard output until its end.</summary>
    public sealed record PrintStdin : ProgramStep;

    /// <summary>Copies a file to standard output; ends with 1 if it cannot.</summary>
    public sealed record Read(string Path) : ProgramStep;

    /// <summary>Writes a new file; ends with 1 if it cannot.</summary>
    public sealed record Write(string Path, string Text) : ProgramStep;

    /// <summary>Does nothing for a while, and ends when asked to (if its kind of program can be asked).</summary>
    public sealed record Wait(TimeSpan Time) : ProgramStep;

    /// <summary>Does nothing for a while, as <see cref="Wait"/>; asked to end, it does so after another while, with a code of its own.</summary>
    public sealed record Linger(TimeSpan Time, TimeSpan AfterAsk, int Code) : ProgramStep;

    /// <summary>Ends with a code if a variable has a value.</summary>
    public sealed record ExitIf(string Variable, string Value, int Code) : ProgramStep;

    /// <summary>Keeps a processor busy and hears nothing until it is killed.</summary>
    public sealed record Hang : ProgramStep;

    /// <summary>Writes this many times the letter x to standard output.</summary>
    public sealed record Flood(long Bytes) : ProgramStep;

    /// <summary>Takes this much memory and needs it: without it, it cannot go on.</summary>
    public sealed record UseMemory(long Bytes) : ProgramStep;

    /// <summary>Ends by a fault (a trap, a signal).</summary>
    public sealed record Crash : ProgramStep;
}
