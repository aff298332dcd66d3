using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job</c>: submits jobs and follows them.</summary>
internal static class JobCommands
{
    /// <summary>The group.</summary>
    public static Command Create() => new("job", "Submit jobs and follow them")
    {
        InheritedFlags = [GlobalFlags.Profile],
        Children =
        [
            JobDeleteCommand.Create(),
            JobDescribeCommand.Create(),
            JobExecutionsCommand.Create(),
            JobGetCommand.Create(),
            JobHistoryCommand.Create(),
            JobListCommand.Create(),
            JobLogsCommand.Create(),
            JobRerunCommand.Create(),
            JobRunCommand.Create(),
            JobStopCommand.Create(),
            JobValidateCommand.Create(),
            JobVersionsCommand.Create(),
        ],
    };
}
