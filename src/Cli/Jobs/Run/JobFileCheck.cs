using System.Collections.Immutable;
using System.Text;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Reads and checks a job before it is sent anywhere.</summary>
/// <param name="Spec">The job as it was written; null if it cannot be sent.</param>
/// <param name="Problems">Why it cannot.</param>
/// <param name="Warnings">What is odd about it.</param>
internal sealed record JobFileCheck(JobSpec? Spec, ImmutableArray<SpecProblem> Problems, ImmutableArray<SpecProblem> Warnings)
{
    /// <summary>How every refusal of a job begins.</summary>
    public const string Invalid = "the job provided is invalid";

    /// <summary>Checks the text of a job file.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="strict">Whether unknown fields are refused everywhere.</param>
    public static JobFileCheck Of(string text, bool strict)
    {
        var file = JobFile.Read(Encoding.UTF8.GetBytes(text));
        var problems = file.Lines.Locate(file.Reading.ProblemsForCommandLine(strict));
        var unknown = strict ? [] : file.Reading.UnknownNestedFields;
        if (file.Reading.Readable is not { } spec)
            return new(null, problems, unknown);
        var check = Of(spec);
        var found = file.Lines.Locate([.. file.Reading.WithoutConsequences(check.Problems)]);
        return new(problems.IsEmpty ? check.Spec : null, [.. problems, .. found], [.. unknown, .. file.Lines.Locate(check.Warnings)]);
    }

    /// <summary>Checks a job that flags describe.</summary>
    public static JobFileCheck Of(JobSpec spec)
    {
        var (sanitised, warnings) = JobSanitation.Sanitise(JobNormalisation.Normalise(spec), GivenServerFields.None);
        // What a server does not run yet, or finds when it stores the job, is for that server to refuse: another one may take it.
        var found = JobValidation.Validate(sanitised, JobRules.OfAny).ToLookup(problem => problem.Code == SpecProblemCode.NotSupported || problem.FoundWhenStored);
        ImmutableArray<SpecProblem> problems = [.. found[false]];
        return new(problems.IsEmpty ? spec : null, problems, [.. warnings, .. found[true]]);
    }

    /// <summary>The job.</summary>
    /// <exception cref="CliException">It is refused; the message names every reason.</exception>
    public JobSpec Require() => Spec ?? throw new CliException($"{Invalid}: {ProblemText}");

    /// <summary>All problems, one a line.</summary>
    public string ProblemText => string.Join('\n', Problems);
}
