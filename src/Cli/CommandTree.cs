using Bacalhau.Cli.Agents;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Jobs;
using Bacalhau.Cli.Jobs.Create;
using Bacalhau.Cli.Nodes;
using Bacalhau.Cli.Parsing;
using Bacalhau.Cli.Profiles;
using Bacalhau.Cli.Serve;

namespace Bacalhau.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>The root with everything below it.</summary>
    public static Command Create() => new("bacalhau", "Compute over data")
    {
        Details = "Bacalhau runs jobs where their data is.",
        Children =
        [
            AgentCommands.Create(),
            ConfigCommands.Create(),
            DevstackCommand.Create(),
            DockerCommand.Create(),
            new("help", "Explain a command") { Arguments = "[command]", Count = ArgumentCount.Any, RunAsync = (_, _) => Task.FromResult(0) },
            JobCommands.Create(),
            NodeCommands.Create(),
            ProfileCommands.Create(),
            ServeCommand.Create(),
            VersionCommand.Create(),
            WasmCommand.Create(),
        ],
    };
}
