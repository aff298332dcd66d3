using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Which answer an error of the layers below becomes; the one place for it.</summary>
internal static class JobProblems
{
    private const string Store = "JobStore";

    /// <summary>The answer, or null for an error that nobody expects.</summary>
    public static ApiProblem? Of(Exception exception) => exception switch
    {
        ApiProblemException expected => expected.Problem,
        JobRefusedException refused => Of(refused),
        StoreUnavailableException unavailable => new ApiProblem(503, "ServiceUnavailable", Store, unavailable.Message),
        _ => null,
    };

    /// <summary>The answer to "there is no such execution".</summary>
    public static ApiProblem NoExecution(string execution) => new(404, "NotFound", Store, $"execution not found: {execution}");

    /// <summary>The answer to what is not built yet.</summary>
    public static ApiProblem NotYet(string what) => new(501, "NotImplemented", ApiProblem.Server, $"{what} is not part of this release yet.");

    private static ApiProblem Of(JobRefusedException refused) => refused.Refusal switch
    {
        JobRefusal.Unreadable => ApiProblem.Unreadable(refused.Message),
        JobRefusal.Invalid => ApiProblem.Invalid(refused.Message) with { Hint = refused.Hint },
        JobRefusal.InvalidWhenStored => new ApiProblem(400, "BadRequest", Store, refused.Message),
        JobRefusal.NotSupported => new ApiProblem(501, "NotImplemented", ApiProblem.Server, refused.Message, refused.Hint),
        JobRefusal.Unchanged => new ApiProblem(409, "ResourceInUse", Store, refused.Message, refused.Hint),
        JobRefusal.TokenReused => new ApiProblem(409, "ResourceInUse", Store, refused.Message, refused.Hint),
        JobRefusal.NotFound => new ApiProblem(404, "NotFound", Store, refused.Message),
        JobRefusal.Ambiguous => new ApiProblem(409, "MultipleJobsFound", Store, refused.Message, refused.Hint),
        JobRefusal.NoVersion => new ApiProblem(404, "NotFound", Store, refused.Message, refused.Hint),
        JobRefusal.NotStarted => new ApiProblem(409, "ConflictJobState", Store, refused.Message, refused.Hint),
        JobRefusal.NotEnded => new ApiProblem(409, "ConflictJobState", Store, refused.Message, refused.Hint),
        JobRefusal.AlreadyEnded => new ApiProblem(409, "ConflictJobState", Store, refused.Message),
        _ => ApiProblem.Unexpected,
    };
}
