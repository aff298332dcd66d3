using System.Globalization;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Output;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs;

/// <summary>How far an execution has come, for people.</summary>
internal static class ProgressText
{
    /// <summary>A column for tables of executions some of which show progress.</summary>
    public static TableColumn<ExecutionView> Column { get; } = new("Progress", execution => Of(execution.Progress));

    /// <summary>Whether a table needs the column.</summary>
    public static bool IsIn(IEnumerable<ExecutionView> executions) => executions.Any(execution => execution.Progress is not null);

    private static string Of(ProgressView? progress) => progress switch
    {
        null => "",
        { Total: 0 } => $"{progress.Step} {Amount(progress.Done, progress.Unit)}".TrimEnd(),
        _ => $"{progress.Step} {Amount(progress.Done, progress.Unit)} of {Amount(progress.Total, progress.Unit)}",
    };

    private static string Amount(long amount, string unit) =>
        unit == "bytes" ? ByteSize.Format(amount) : amount.ToString(CultureInfo.InvariantCulture);
}
