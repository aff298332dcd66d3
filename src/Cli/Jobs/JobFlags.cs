using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary>Flags that several commands on jobs share.</summary>
internal static class JobFlags
{
    /// <summary>Namespace in which a job is looked up by name.</summary>
    public static readonly Flag<string> Namespace = Flags.Text("namespace", "Namespace of the job; empty for the default one");

    /// <summary>Version of the job.</summary>
    public static readonly Flag<long> Version = Flags.Version("Version of the job; 0 for the latest");

    /// <summary>All versions of the job.</summary>
    public static readonly Flag<bool> AllVersions = Flags.Bool("all-versions", "Include all versions of the job");

    /// <summary>The query of a request about one job.</summary>
    public static ApiQuery Query(Invocation invocation) => new ApiQuery().With("namespace", invocation.Get(Namespace));
}
