using System.Collections.Immutable;
using System.Text;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli;

/// <summary>Runs a command line: finds the command, reads its flags, runs it, and turns what goes wrong into words and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Exit code of everything that goes wrong.</summary>
    private const int Failed = 1;

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliHost host, CancellationToken cancellation)
    {
        try
        {
            return await RunCommandAsync(CommandTree.Create(), arguments, host, cancellation);
        }
        catch (CliException problem)
        {
            ErrorText.Write(host, problem.Message, problem.Hint);
            return Failed;
        }
        catch (ApiFailureException problem)
        {
            ErrorText.Write(host, problem.Message, problem.Hint);
            return Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Failed;
        }
        finally
        {
            await host.Output.FlushAsync(CancellationToken.None);
            await host.Error.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task<int> RunCommandAsync(Command root, IReadOnlyList<string> arguments, CliHost host, CancellationToken cancellation)
    {
        var (path, rest) = Find(root, arguments);
        var command = path[^1];
        var flags = ImmutableArray.CreateRange([.. command.Flags, .. path.SelectMany(step => step.InheritedFlags), .. GlobalFlags.All.Where(flag => command.Flags.All(own => own.Name != flag.Name))]);
        if (command.Name == "help" && path.Count == 2)
            return ShowHelpTopic(root, rest, host);
        var parser = new ArgumentParser(flags, rest);
        var parsed = parser.Parse();
        foreach (var flag in parsed.Deprecated)
            host.Error.WriteLine($"Flag --{flag.Name} has been deprecated, {flag.Deprecation}");
        if (parser.AsksForHelp || (command.RunAsync is null && (path.Count > 1 || parsed.Words.IsEmpty)))
        {
            host.Output.Write(HelpText.Of(path));
            return 0;
        }
        if (command.RunAsync is null)
            throw UnknownCommand(root, parsed.Words[0]);
        command.Count.Check(string.Join(' ', path.Select(step => step.Name)), parsed.Words);
        return await command.RunAsync(new(host, command, parsed), cancellation);
    }

    /// <summary>The longest path of commands that the words name, and the arguments without those words.</summary>
    private static (List<Command> Path, List<string> Remaining) Find(Command root, IReadOnlyList<string> arguments)
    {
        var path = new List<Command> { root };
        var rest = new List<string>();
        var known = GlobalFlags.All.AsEnumerable();
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument == "--" || path[^1].Children.IsEmpty)
            {
                rest.AddRange(arguments.Skip(index));
                break;
            }
            if (argument.StartsWith('-'))
            {
                rest.Add(argument);
                var takesNext = known.Any(flag => flag.ValueAlone is null && (argument == "--" + flag.Name || argument == "-" + flag.Shorthand));
                if (takesNext && index + 1 < arguments.Count)
                    rest.Add(arguments[++index]);
                continue;
            }
            if (path[^1].Children.FirstOrDefault(child => child.Name == argument) is not { } next)
            {
                rest.AddRange(arguments.Skip(index));
                break;
            }
            path.Add(next);
            known = known.Concat(next.InheritedFlags);
        }
        return (path, rest);
    }

    private static int ShowHelpTopic(Command root, List<string> words, CliHost host)
    {
        var (path, rest) = Find(root, [.. words.Where(word => !word.StartsWith('-'))]);
        if (rest.Count == 0)
        {
            host.Output.Write(HelpText.Of(path));
            return 0;
        }
        host.Output.WriteLine("Unknown help topic [" + string.Join(' ', words.Select(word => $"`{word}`")) + "]");
        host.Output.Write(HelpText.Of([root]));
        return 0;
    }

    private static CliException UnknownCommand(Command root, string word)
    {
        var near = root.Children.Where(child => !child.IsHidden
            && (NearestName.Of(word, [child.Name]) is not null || child.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))).ToList();
        var message = new StringBuilder($"unknown command \"{word}\" for \"{root.Name}\"");
        if (near.Count > 0)
        {
            message.Append("\n\nDid you mean this?\n");
            near.ForEach(command => message.Append('\t').Append(command.Name).Append('\n'));
        }
        return new(message.ToString());
    }
}
