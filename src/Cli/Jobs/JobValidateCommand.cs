using Bacalhau.Cli.Jobs.Run;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job validate</c>.</summary>
internal static class JobValidateCommand
{
    /// <summary>Whether unknown fields are refused everywhere.</summary>
    public static readonly Flag<bool> Strict = Flags.Bool("strict", "Refuse unknown fields everywhere, not only at the top");

    /// <summary>The command.</summary>
    public static Command Create() => new("validate", "Check a job file without a server")
    {
        Arguments = "FILE",
        Flags = [Strict],
        Count = ArgumentCount.AtLeast(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var check = JobFileCheck.Of(await JobSource.ReadAsync(invocation, cancellation), invocation.Get(Strict));
        foreach (var warning in check.Warnings)
            invocation.Host.Output.WriteLine(warning.ToString());
        if (check.Spec is null)
            throw new CliException($"{JobFileCheck.Invalid}: {check.ProblemText}");
        invocation.Host.Output.WriteLine("OK");
        return 0;
    }
}
