using System.Collections.Immutable;

namespace Bacalhau.Cli.Parsing;

/// <summary>
/// Splits a command line into flags and words by the reference's grammar: <c>--x v</c>, <c>--x=v</c>, <c>-x v</c>, <c>-xv</c>, <c>-x=v</c>, letters
/// without values together, flags and words in any order, <c>--</c> ends the flags. A truth value takes its text only after <c>=</c>.
/// </summary>
internal sealed class ArgumentParser(IReadOnlyList<Flag> flags, IReadOnlyList<string> arguments)
{
    private readonly Dictionary<Flag, object?> values = [];
    private readonly ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
    private int position;

    /// <summary>Whether help was asked for; then nothing else counts.</summary>
    public bool AsksForHelp { get; private set; }

    /// <summary>Reads all arguments.</summary>
    /// <exception cref="CliException">A flag is unknown, lacks its value, or has a bad one.</exception>
    public ParsedArguments Parse()
    {
        while (position < arguments.Count)
        {
            var argument = arguments[position++];
            if (argument == "--")
            {
                words.AddRange(arguments.Skip(position));
                break;
            }
            if (argument.StartsWith("--", StringComparison.Ordinal))
                TakeLong(argument[2..]);
            else if (argument.Length > 1 && argument[0] == '-')
                TakeLetters(argument[1..]);
            else
                words.Add(argument);
        }
        foreach (var flag in values.Keys.Where(flag => flag.Excludes.Length > 0))
        {
            if (values.Keys.Any(other => other.Name == flag.Excludes))
                throw new CliException($"--{flag.Excludes} and --{flag.Name} exclude each other", $"Use --{flag.Excludes} only");
        }
        return new(values, words.ToImmutable());
    }

    private void TakeLong(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        if (name == "help" && equals < 0)
        {
            AsksForHelp = true;
            return;
        }
        var flag = flags.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new CliException($"unknown flag: --{name}", NearestHint(name));
        Take(flag, equals >= 0 ? text[(equals + 1)..] : flag.ValueAlone ?? Next() ?? throw new CliException($"flag needs an argument: --{name}"));
    }

    private void TakeLetters(string letters)
    {
        for (var index = 0; index < letters.Length; index++)
        {
            var rest = letters[(index + 1)..];
            var flag = flags.FirstOrDefault(candidate => candidate.Shorthand == letters[index]);
            if (flag is null && letters[index] == 'h')
            {
                AsksForHelp = true;
                continue;
            }
            if (flag is null)
                throw new CliException($"unknown shorthand flag: '{letters[index]}' in -{letters[index..]}");
            if (rest.StartsWith('='))
            {
                Take(flag, rest[1..]);
                return;
            }
            if (flag.ValueAlone is { } alone)
            {
                Take(flag, alone);
                continue;
            }
            Take(flag, rest.Length > 0 ? rest : Next() ?? throw new CliException($"flag needs an argument: '{letters[index]}' in -{letters[index..]}"));
            return;
        }
    }

    private string? Next() => position < arguments.Count ? arguments[position++] : null;

    private void Take(Flag flag, string text)
    {
        try
        {
            var isFirst = !values.TryGetValue(flag, out var previous);
            values[flag] = flag.Take(previous, isFirst, text);
        }
        catch (FormatException problem)
        {
            throw new CliException($"invalid argument \"{text}\" for \"{flag.Label}\" flag: {problem.Message}");
        }
    }

    private string NearestHint(string name) =>
        Configuration.NearestName.Of(name, flags.Where(flag => !flag.IsHidden).Select(flag => flag.Name)) is { } nearest ? $"Did you mean --{nearest}?" : "";
}
