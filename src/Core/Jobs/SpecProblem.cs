namespace Bacalhau.Core.Jobs;

/// <summary>One thing that is wrong, or odd, in a job as it was submitted.</summary>
/// <param name="Path">Place in the job, such as <c>Tasks[0].Resources.CPU</c>; empty for the job as a whole.</param>
/// <param name="Message">What is wrong, naming the value.</param>
/// <param name="Hint">What to write instead; empty when the message says it.</param>
/// <param name="Code">Kind of problem, stable for programs.</param>
/// <param name="Line">Line in the job file, from 1; 0 when not read from a file.</param>
public sealed record SpecProblem(
    string Path,
    string Message,
    string Hint = "",
    SpecProblemCode Code = SpecProblemCode.Invalid,
    int Line = 0)
{
    /// <summary>
    /// Whether the reference finds it only when it stores the job; problems of that kind alone are answered with <c>BadRequest</c> of
    /// <c>JobStore</c> instead of <c>InternalError</c> of <c>APIServer</c> (spec: job-model.md §1.5).
    /// </summary>
    public bool FoundWhenStored { get; init; }

    /// <summary>The message with its place and the hint, on one line.</summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"line {Line}: " : "";
        var hint = Hint.Length > 0 ? $" ({Hint})" : "";
        return place + Message + hint;
    }
}

/// <summary>Kinds of problems in a job.</summary>
public enum SpecProblemCode
{
    /// <summary>A value that breaks a rule.</summary>
    Invalid,

    /// <summary>The text is no YAML or no JSON.</summary>
    Syntax,

    /// <summary>A value of another JSON type than the field's.</summary>
    WrongType,

    /// <summary>A field that does not exist.</summary>
    UnknownField,

    /// <summary>A field that only the server may set.</summary>
    NotAllowed,

    /// <summary>A value that must be given is not.</summary>
    Missing,

    /// <summary>A name or place that is used twice.</summary>
    Duplicate,

    /// <summary>More than a limit allows.</summary>
    TooLarge,

    /// <summary>Part of the job model that this version does not run yet.</summary>
    NotSupported,
}
