using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Serve;

/// <summary><c>bacalhau devstack</c>: a cluster in one process, for trying things out.</summary>
internal static class DevstackCommand
{
    private static readonly Flag<long> _orchestrators = Flags.Number("orchestrators", "Nodes that only orchestrate", 1);
    private static readonly Flag<long> _computes = Flags.Number("computes", "Nodes that only compute", 3);
    private static readonly Flag<long> _hybrids = Flags.Number("hybrids", "Nodes that do both");
    private static readonly Flag<long> _badComputes = Flags.Number("bad-computes", "Taken for compatibility: nodes that misbehave");
    private static readonly Flag<string> _folder = Flags.Text("stack-repo", "Folder of the nodes' data; empty for one that is removed at the end");
    private static readonly Flag<bool> _randomPorts = Flags.Bool("random-ports", "Take free ports instead of numbered ones");

    private static readonly ImmutableArray<Flag<long>> _oldNames =
        [Old("requester-nodes", _orchestrators), Old("compute-nodes", _computes), Old("hybrid-nodes", _hybrids), Old("bad-compute-actors", _badComputes)];

    /// <summary>The command.</summary>
    public static Command Create() => new("devstack", "Run a cluster in one process, for development")
    {
        Flags = [_orchestrators, _computes, _hybrids, _badComputes, _folder, _randomPorts, .. _oldNames],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var counts = (
            Orchestrators: ValueOf(invocation, _orchestrators, 0),
            Computes: ValueOf(invocation, _computes, 1),
            Hybrids: ValueOf(invocation, _hybrids, 2),
            Bad: ValueOf(invocation, _badComputes, 3));
        Check(counts.Orchestrators, counts.Computes, counts.Hybrids, counts.Bad);
        var settings = invocation.Settings;
        var given = invocation.Get(_folder);
        var folder = given.Length > 0 ? invocation.Host.PathOf(given) : Directory.CreateTempSubdirectory("bacalhau-devstack").FullName;
        try
        {
            var shape = new DevstackShape(settings, folder, counts.Orchestrators, counts.Hybrids, counts.Computes, invocation.Get(_randomPorts));
            return await new Devstack(invocation.Host, shape).RunAsync(cancellation);
        }
        finally
        {
            if (given.Length == 0)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static void Check(long orchestrators, long computes, long hybrids, long bad)
    {
        const string Prefix = "validating devstack config: ";
        if (orchestrators < 0 || computes < 0 || hybrids < 0 || bad < 0)
            throw new CliException(Prefix + "the number of nodes cannot be negative");
        if (orchestrators + hybrids == 0)
            throw new CliException(Prefix + "it needs a node that orchestrates", "Give --orchestrators 1 or --hybrids 1");
        if (bad > computes + hybrids)
            throw new CliException(Prefix + $"{bad} of {computes + hybrids} compute nodes cannot misbehave");
        if (bad > 0)
            throw new CliException(Prefix + "nodes that misbehave are not simulated here", "Leave --bad-computes out");
        if (orchestrators + hybrids > 1)
            throw new CliException(Prefix + "several orchestrators in one cluster are not supported yet", "Give one of --orchestrators 1 and --hybrids 1");
    }

    private static Flag<long> Old(string name, Flag<long> now) => new(name, null, "int", now.Description, now.Default, (_, _, text) => (long)now.Take(null, true, text)!)
    {
        IsHidden = true,
        Deprecation = $"use --{now.Name}",
    };

    private static long ValueOf(Invocation invocation, Flag<long> flag, int index) =>
        invocation.Arguments.Has(_oldNames[index]) ? invocation.Get(_oldNames[index]) : invocation.Get(flag);
}
