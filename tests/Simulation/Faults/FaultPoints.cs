using System.Collections.Immutable;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Simulation.Faults;

/// <summary>The places at which orchestrator and nodes wait for something outside themselves, by name.</summary>
internal static class FaultPoints
{
    public const string OrchestratorCommit = "orchestrator: commit";
    public const string Join = "node: join";
    public const string Save = "node: save";
    public const string EngineLook = "engine: is it there";
    public const string EngineRefusal = "engine: look for a refusal";
    public const string EnginePrepare = "engine: prepare";
    public const string EngineStart = "engine: start or take up";
    public const string EngineRun = "engine: run";
    public const string EngineExit = "engine: exit";
    public const string EngineCheck = "engine: check health";
    public const string EngineRemove = "engine: remove";
    public const string EngineSweep = "engine: sweep";
    public const string PublishBegin = "publisher: upload";
    public const string PublishGranted = "publisher: between grant and result";
    public const string PublishVisible = "publisher: between result and report";
    public const string Withdraw = "publisher: withdraw";

    private static readonly Fault[] _onTheWay = [Fault.Kill, Fault.Lose, Fault.Delay, Fault.Double];
    private static readonly Fault[] _inProcess = [Fault.Kill, Fault.Delay];
    private static readonly Fault[] _fallible = [Fault.Kill, Fault.Delay, Fault.Fail];
    private static readonly Fault[] _atOnce = [Fault.Kill, Fault.Fail];

    private static readonly ImmutableArray<string> _kinds = ["hello", "list", "heartbeat", "goodbye", "report", "grant", "spec", "wishes"];

    /// <summary>All points, with what can go wrong at each.</summary>
    public static readonly ImmutableSortedDictionary<string, Fault[]> All = Make();

    /// <summary>The point at which a message is sent; null for kinds that are not counted.</summary>
    public static string? Of(MemoryDelivery delivery)
    {
        var kind = delivery.Subject[(delivery.Subject.LastIndexOf('.') + 1)..];
        kind = kind == "in" ? "wishes" : kind;
        return _kinds.Contains(kind) ? NameOf(kind, delivery.IsAnswer) : null;
    }

    private static string NameOf(string kind, bool isAnswer) => $"link: {kind}{(isAnswer ? ", answer" : "")}";

    private static ImmutableSortedDictionary<string, Fault[]> Make()
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, Fault[]>(StringComparer.Ordinal);
        foreach (var kind in _kinds)
        {
            all[NameOf(kind, isAnswer: false)] = _onTheWay;
            all[NameOf(kind, isAnswer: true)] = _onTheWay;
        }

        (all[OrchestratorCommit], all[Save], all[Join]) = (_atOnce, _atOnce, _inProcess);
        (all[EngineLook], all[EngineRefusal], all[EnginePrepare]) = (_inProcess, _fallible, _fallible);
        (all[EngineStart], all[EngineRun], all[EngineExit]) = (_inProcess, [Fault.Kill], _inProcess);
        (all[EngineCheck], all[EngineRemove], all[EngineSweep]) = (_fallible, _fallible, _inProcess);
        (all[PublishBegin], all[PublishGranted], all[PublishVisible]) = (_fallible, _fallible, _fallible);
        all[Withdraw] = _inProcess;
        return all.ToImmutable();
    }
}
