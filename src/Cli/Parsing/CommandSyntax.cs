using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Parsing;

/// <summary>All commands and flags as System.CommandLine knows them: it finds the command, and the texts of each flag. What a text means is the flag's matter.</summary>
internal sealed class CommandSyntax
{
    private static readonly ParserConfiguration _configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly Dictionary<string, Flag> flags = new(StringComparer.Ordinal);
    private readonly Node root;

    /// <summary>The syntax of a command and of all below it.</summary>
    public CommandSyntax(Command command) => root = NodeOf(command, [.. GlobalFlags.All, GlobalFlags.Help]);

    /// <summary>Reads a command line.</summary>
    /// <exception cref="CliException">A flag is unknown, lacks its text, or has a bad one.</exception>
    public ParsedArguments Parse(IReadOnlyList<string> arguments)
    {
        var result = root.Parse(NormalForm.Of(arguments, flags), _configuration);
        var steps = new List<CommandResult>();
        for (var step = result.CommandResult; step is not null; step = step.Parent as CommandResult)
            steps.Insert(0, step);
        ImmutableArray<string> words = [.. result.UnmatchedTokens];
        var afterEnd = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        if (words.SkipLast(afterEnd).FirstOrDefault(word => word is ['-', _, ..]) is { } unknown)
            throw Unknown(unknown, steps.SelectMany(step => step.Command.Options.OfType<Setting>()));
        // The library goes on to look for commands behind a word that names none.
        var depth = result.Tokens.TakeWhile(token => token.Type == TokenType.Command).Count();
        return new(
            [.. steps.Take(1 + depth).Select(step => ((Node)step.Command).Meaning)],
            steps.SelectMany(step => step.Children.OfType<OptionResult>()).ToDictionary(given => ((Setting)given.Option).Flag, ValueOf),
            words);
    }

    private Node NodeOf(Command command, ImmutableArray<Flag> inherited)
    {
        var node = new Node(command);
        foreach (var flag in (ImmutableArray<Flag>)[.. command.Flags, .. command.InheritedFlags, .. inherited])
        {
            var setting = new Setting(flag) { Arity = ArgumentArity.OneOrMore, Recursive = !command.Flags.Contains(flag) };
            node.Add(setting);
            foreach (var name in setting.Aliases.Append(setting.Name))
                flags.TryAdd(name, flag);
        }
        foreach (var child in command.Children)
            node.Add(NodeOf(child, []));
        return node;
    }

    private static object? ValueOf(OptionResult given)
    {
        var flag = ((Setting)given.Option).Flag;
        if (given.Tokens.Count < given.IdentifierTokenCount)
            throw new CliException("flag needs an argument: " + (given.IdentifierToken!.Value is [_, not '-'] letter ? $"'{letter[1]}' in {letter}" : "--" + flag.Name));
        object? value = null;
        foreach (var (index, token) in given.Tokens.Index())
        {
            try
            {
                value = flag.Take(value, index == 0, token.Value);
            }
            catch (FormatException problem)
            {
                throw new CliException($"invalid argument \"{token.Value}\" for \"{flag.Label}\" flag: {problem.Message}");
            }
        }
        return value;
    }

    private static CliException Unknown(string word, IEnumerable<Setting> known)
    {
        if (word[1] != '-')
            return new($"unknown shorthand flag: '{word[1]}' in {word}");
        var name = word[2..].Split('=')[0];
        var nearest = NearestName.Of(name, known.Where(setting => !setting.Flag.IsHidden).Select(setting => setting.Flag.Name));
        return new($"unknown flag: --{name}", nearest is null ? "" : $"Did you mean --{nearest}?");
    }

    private sealed class Node(Command meaning) : System.CommandLine.Command(meaning.Name)
    {
        public Command Meaning { get; } = meaning;
    }

    private sealed class Setting(Flag flag) : Option<string[]>("--" + flag.Name, flag.Shorthand is { } letter ? ["-" + letter] : [])
    {
        public Flag Flag { get; } = flag;
    }
}
