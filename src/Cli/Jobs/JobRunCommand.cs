using Bacalhau.Cli.Client;
using Bacalhau.Cli.Jobs.Run;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job run</c>: submits the job of a file.</summary>
internal static class JobRunCommand
{
    private static readonly Flag<bool> _hideWarnings = Flags.Bool("hide-warnings", "Do not print warnings");
    private static readonly Flag<bool> _force = Flags.Bool("force", "Submit the job even if it did not change");

    /// <summary>The command.</summary>
    public static Command Create() => new("run", "Submit the job of a file")
    {
        Arguments = "[FILE]",
        Details = """
            Submit the job of a YAML or JSON file, or of standard input, and wait until it is done.

            Examples:
              bacalhau job run job.yaml
              bacalhau job run job.yaml --wait=false --id-only
              bacalhau job run template.yaml -V city=Oslo
            """,
        Flags = [_hideWarnings, _force, JobValidateCommand.Strict, .. TemplateFlags.All, .. RunFlags.All],
        Count = ArgumentCount.Any,
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var text = await JobSource.ReadAsync(invocation, cancellation);
        if (string.IsNullOrWhiteSpace(text))
            throw new CliException(JobFileCheck.Invalid + ": no content provided");
        var check = JobFileCheck.Of(TemplateFlags.Fill(invocation, text), invocation.Get(JobValidateCommand.Strict));
        var spec = check.Require();
        var hidesWarnings = invocation.Get(_hideWarnings) || invocation.Get(RunFlags.IdOnly);
        if (!hidesWarnings)
            ErrorText.WriteWarnings(invocation.Host, [.. check.Warnings.Where(warning => warning.Code == Core.Jobs.SpecProblemCode.UnknownField).Select(warning => warning.ToString())]);
        using var client = Connector.Connect(invocation);
        var run = new JobRun(invocation, client);
        return invocation.Get(RunFlags.DryRun)
            ? await run.ShowDifferenceAsync(spec, cancellation)
            : await run.SubmitAsync(spec, invocation.Get(_force), hidesWarnings, cancellation);
    }
}
