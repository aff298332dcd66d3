using System.Collections.Immutable;
using Bacalhau.Core.Executions;

namespace Bacalhau.Protocol.Messages;

/// <summary>
/// How long a report may be. An image, a module or a program decides how long its error text is, and a report that no message can carry would be sent for ever and
/// keep back all that wait behind it. The node cuts before it sends; the orchestrator cuts what it takes in.
/// </summary>
public static class ReportLimits
{
    private const int MaxEvents = 32;
    private const int MaxLogTailBytes = 64 * 1024;
    private const int MaxTextLength = 4096;
    private const int MaxDetails = 16;
    private const int MaxDetailLength = 512;
    private const int MaxBytes = 384 * 1024;

    /// <summary>The report within the limits.</summary>
    public static ExecutionReport Cut(ExecutionReport report)
    {
        var cut = report with
        {
            Problem = report.Problem is { } problem
                ? problem with { Message = Cut(problem.Message), Hint = Cut(problem.Hint), Details = Cut(problem.Details) }
                : null,
            Output = report.Output is { } output ? Cut(output) : null,
            PublishedResult = report.PublishedResult is { Metadata: { } metadata } result ? result with { Metadata = metadata.Cut() } : report.PublishedResult,
            Events = [.. report.Events.Take(MaxEvents).Select(Cut)],
            LogTail = report.LogTail.Length <= MaxLogTailBytes ? report.LogTail : report.LogTail[^MaxLogTailBytes..],
        };
        cut = SizeOf(cut) <= MaxBytes ? cut : cut with { Events = [] };
        return SizeOf(cut) <= MaxBytes ? cut : cut with { PublishedResult = WithoutList(cut.PublishedResult) };
    }

    /// <summary>An upper bound of a report's bytes in JSON: bytes are written in base 64, texts at worst as six characters each.</summary>
    public static int SizeOf(ExecutionReport report)
    {
        var texts = report.Events.Sum(e => 200 + e.Topic.Length + e.Message.Length + LengthOf(e.Details));
        texts += report.Problem is { } problem ? problem.Code.Length + problem.Message.Length + problem.Hint.Length + LengthOf(problem.Details) : 0;
        texts += report.PublishedResult is { } result ? SizeOf(result) : 0;
        var output = report.Output is { } run ? ((run.Stdout.Length + run.Stderr.Length) * 4 / 3) + (run.ErrorMessage.Length * 6) : 0;
        return 600 + (report.LogTail.Length * 4 / 3) + output + (texts * 6);
    }

    private static int SizeOf(PublishedResult result) =>
        result.Type.Length + result.Params.Sum(pair => pair.Key.Length + pair.Value.GetRawText().Length)
        + (result.Metadata?.Listed.Sum(file => file.Path.Length + ResultMetadata.CharactersBeside) ?? 0);

    private static PublishedResult? WithoutList(PublishedResult? result) =>
        result is { Metadata: { } metadata } ? result with { Metadata = metadata with { Listed = [] } } : result;

    private static RunOutput Cut(RunOutput output) => output with
    {
        Stdout = Cut(output.Stdout),
        StdoutTruncated = output.StdoutTruncated || output.Stdout.Length > RunOutput.TextLimit,
        Stderr = Cut(output.Stderr),
        StderrTruncated = output.StderrTruncated || output.Stderr.Length > RunOutput.TextLimit,
        ErrorMessage = Cut(output.ErrorMessage),
    };

    private static ExecutionEvent Cut(ExecutionEvent happened) => happened with
    {
        Topic = Cut(happened.Topic, MaxDetailLength),
        Message = Cut(happened.Message),
        Details = happened.Details is { } details ? Cut(details) : null,
    };

    private static ImmutableSortedDictionary<string, string> Cut(ImmutableSortedDictionary<string, string> details) =>
        details.Count <= MaxDetails && details.All(pair => pair.Key.Length <= MaxDetailLength && pair.Value.Length <= MaxDetailLength)
            ? details
            : details.Where(pair => pair.Key.Length <= MaxDetailLength).Take(MaxDetails)
                .ToImmutableSortedDictionary(pair => pair.Key, pair => Cut(pair.Value, MaxDetailLength), details.KeyComparer);

    private static byte[] Cut(byte[] text) => text.Length <= RunOutput.TextLimit ? text : text[..RunOutput.TextLimit];

    private static string Cut(string text, int length = MaxTextLength) => text.Length <= length ? text : text[..length];

    private static int LengthOf(ImmutableSortedDictionary<string, string>? details) => details?.Sum(pair => pair.Key.Length + pair.Value.Length) ?? 0;
}
