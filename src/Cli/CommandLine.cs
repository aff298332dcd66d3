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
        var syntax = new CommandSyntax(root);
        var parsed = syntax.Parse(arguments);
        var command = parsed.Path[^1];
        if (command.Name == "help" && parsed.Path.Length == 2)
            return ShowHelpTopic(syntax, parsed.Words, host);
        parsed.CheckExclusions();
        foreach (var flag in parsed.Deprecated)
            host.Error.WriteLine($"Flag --{flag.Name} has been deprecated, {flag.Deprecation}");
        if (parsed.Get(GlobalFlags.Help) || (command.RunAsync is null && (parsed.Path.Length > 1 || parsed.Words.IsEmpty)))
        {
            host.Output.Write(HelpText.Of(parsed.Path));
            return 0;
        }
        if (command.RunAsync is null)
            throw UnknownCommand(root, parsed.Words[0]);
        command.Count.Check(string.Join(' ', parsed.Path.Select(step => step.Name)), parsed.Words);
        return await command.RunAsync(new(host, parsed), cancellation);
    }

    private static int ShowHelpTopic(CommandSyntax syntax, ImmutableArray<string> topic, CliHost host)
    {
        var found = syntax.Parse(topic);
        if (!found.Words.IsEmpty)
            host.Output.WriteLine("Unknown help topic [" + string.Join(' ', topic.Select(word => $"`{word}`")) + "]");
        host.Output.Write(HelpText.Of(found.Words.IsEmpty ? found.Path : found.Path[..1]));
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
