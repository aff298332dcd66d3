using Bacalhau.Protocol.Processes;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>How to run the message server.</summary>
public sealed record NatsServerOptions
{
    /// <summary>Folder of its configuration and of the orchestrator's key; made if it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Path or name of the program; empty to look for <c>nats-server</c> (configuration: <c>Orchestrator.Nats.ServerPath</c>).</summary>
    public string ServerPath { get; init; } = "";

    /// <summary>Address to listen on.</summary>
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>Port to listen on; 0 for any that is free.</summary>
    public int Port { get; init; } = 4222;

    /// <summary>Password of those who want to join (configuration: <c>Orchestrator.Auth.Token</c>); empty to let everybody ask. A secret.</summary>
    public string Token { get; init; } = "";

    /// <summary>Path of <c>bacalhau-worker</c>, which ends the server when this process ends.</summary>
    public string WorkerPath { get; init; } = WorkerProgram.Path;

    /// <summary>How long the server may take to listen.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Wait before a server that died is started again; doubled with each death in a row.</summary>
    public TimeSpan FirstRestartPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest such wait.</summary>
    public TimeSpan LongestRestartPause { get; init; } = TimeSpan.FromSeconds(5);
}
