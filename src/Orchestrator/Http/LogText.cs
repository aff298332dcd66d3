using System.Text;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Turns the frames of one log into text, keeping characters whole that lie across two frames of a stream.</summary>
/// <param name="executionId">Named in each chunk; null when there is only one execution.</param>
internal sealed class LogText(string? executionId)
{
    private readonly Decoder[] decoders = [Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder()];

    /// <summary>The frame as clients read it; null while all of it is the beginning of a character.</summary>
    public LogFrameView? Of(LogFrame frame)
    {
        var decoder = decoders[frame.Stream == LogChunkView.Stderr ? 1 : 0];
        var characters = new char[Encoding.UTF8.GetMaxCharCount(frame.Bytes.Length)];
        var count = decoder.GetChars(frame.Bytes.Span, characters, flush: false);
        return count == 0 ? null : new LogFrameView(null, new LogChunkView(frame.Stream, new string(characters, 0, count), ExecutionID: executionId));
    }
}
