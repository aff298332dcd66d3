using System.Collections.Immutable;

namespace Bacalhau.Cli.Parsing;

/// <summary>A command or a group of commands.</summary>
internal sealed class Command(string name, string summary)
{
    /// <summary>Its word on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>What it does, in one line.</summary>
    public string Summary { get; } = summary;

    /// <summary>More about it, with examples; empty for none.</summary>
    public string Details { get; init; } = "";

    /// <summary>Its words after the name, as help shows them.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>Flags of the command alone.</summary>
    public ImmutableArray<Flag> Flags { get; init; } = [];

    /// <summary>Flags of the command and of all below it.</summary>
    public ImmutableArray<Flag> InheritedFlags { get; init; } = [];

    /// <summary>The commands below it.</summary>
    public ImmutableArray<Command> Children { get; init; } = [];

    /// <summary>Whether help leaves it out.</summary>
    public bool IsHidden { get; init; }

    /// <summary>How many words it takes.</summary>
    public ArgumentCount Count { get; init; } = ArgumentCount.None;

    /// <summary>What it does; null for a group, which shows its help.</summary>
    public Func<Invocation, CancellationToken, Task<int>>? RunAsync { get; init; }
}

/// <summary>How many words a command takes.</summary>
/// <param name="Least">At least so many.</param>
/// <param name="Most">At most so many.</param>
internal readonly record struct ArgumentCount(int Least, int Most)
{
    /// <summary>No words at all.</summary>
    public static readonly ArgumentCount None = new(0, 0);

    /// <summary>Any words.</summary>
    public static readonly ArgumentCount Any = new(0, int.MaxValue);

    /// <summary>Exactly so many.</summary>
    public static ArgumentCount Exactly(int count) => new(count, count);

    /// <summary>So many or more.</summary>
    public static ArgumentCount AtLeast(int count) => new(count, int.MaxValue);

    /// <summary>Complains if there are too few or too many words.</summary>
    /// <exception cref="CliException">There are.</exception>
    public void Check(string path, ImmutableArray<string> words)
    {
        if (words.Length >= Least && words.Length <= Most)
            return;
        throw new CliException(
            Most == 0 ? $"unknown command \"{words[0]}\" for \"{path}\""
            : Least == Most ? $"accepts {Least} arg(s), received {words.Length}"
            : words.Length < Least ? $"requires at least {Least} arg(s), only received {words.Length}"
            : $"accepts at most {Most} arg(s), received {words.Length}",
            $"See '{path} --help'");
    }
}
