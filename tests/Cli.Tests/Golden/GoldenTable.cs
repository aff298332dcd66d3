using System.Collections.Immutable;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>What is expected of each recorded command: one line a case in <c>cases.tsv</c>.</summary>
/// <param name="Name">The case.</param>
/// <param name="Tier">How it is tested.</param>
/// <param name="Rule">The intended difference, by its name in docs/compatibility-cli.md; empty for none. For a case of <c>later</c>, what is missing.</param>
internal sealed record GoldenTable(string Name, GoldenTier Tier, string Rule)
{
    /// <summary>Words of errors are our own.</summary>
    public const string Words = "words";

    /// <summary>Errors are our own, and stand on the error stream alone.</summary>
    public const string Errors = "errors";

    /// <summary>Our version is longer, so columns are wider.</summary>
    public const string Version = "version";

    /// <summary>Ours has more rows than the reference.</summary>
    public const string MoreKeys = "more-keys";

    /// <summary>A job that is shown has no fields of the server and no empty ones.</summary>
    public const string JobFile = "job-file";

    /// <summary>Ours does what the reference refuses.</summary>
    public const string Accepted = "accepted";

    /// <summary>Ours refuses what the reference passes over.</summary>
    public const string Refused = "refused";

    /// <summary>Ours prints something else, as the compatibility rules say.</summary>
    public const string Other = "other";

    /// <summary>The whole table.</summary>
    public static ImmutableArray<GoldenTable> All { get; } = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", "cases.tsv"))
        .Skip(1).Select(line => line.Split('\t')).Select(fields => new GoldenTable(fields[0], Enum.Parse<GoldenTier>(fields[1], ignoreCase: true), fields[2]))];
}

/// <summary>How a recorded command is tested.</summary>
internal enum GoldenTier
{
    /// <summary>Here, without a server.</summary>
    Alone,

    /// <summary>Against a server that the test starts.</summary>
    Server,

    /// <summary>Against that server, with a Docker engine.</summary>
    Docker,

    /// <summary>Not yet: the command, or what it needs, is not built.</summary>
    Later,
}
