using System.Buffers;
using System.Text.Json;
using Bacalhau.Compute.Probes;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Compute.Executions;

/// <summary>Asks the operator's probes whether an execution's job is taken: all side by side, none for longer than its limit. One that gives no answer says no.</summary>
internal sealed class AdmissionProbes(RunnerParts parts)
{
    /// <summary>What the probes say against it.</summary>
    public async Task<IEnumerable<ExecutionProblem>> FindObjectionsAsync(ExecutionWork work, CancellationToken cancellation)
    {
        if (parts.Probes.Count == 0)
        {
            return [];
        }

        var question = QuestionOf(work);
        var answers = await Task.WhenAll(parts.Probes.Select(probe => AskAsync(probe, question, cancellation)));
        return answers.OfType<ExecutionProblem>();
    }

    private async Task<ExecutionProblem?> AskAsync(IAdmissionProbe probe, byte[] question, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(parts.Limits.ProbeLimit, parts.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var answer = await probe.AskAsync(question, both.Token).WaitAsync(both.Token);
            return answer.IsYes ? null : new ExecutionProblem(
                "Admission:ProbeRejected", answer.Reason.Length > 0 ? $"{probe.Name} refuses the job: {answer.Reason}" : $"{probe.Name} refuses the job, and gives no reason", "Choose another node by constraints.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"{probe.Name} did not answer within {parts.Limits.ProbeLimit.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // Whether the job is taken is not known, and the node's other work is not harmed.
        {
            return Failed($"{probe.Name} could not be asked: {exception.Message}");
        }
    }

    private static ExecutionProblem Failed(string message) => new("Admission:ProbeFailed", message, "The node's operator has to see to it; choose another node by constraints.");

    /// <summary><c>{"Job": …}</c>: the job's public form without what only the orchestrator knows.</summary>
    private static byte[] QuestionOf(ExecutionWork work)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var spec = JsonDocument.Parse(SpecDocument.Of(work.Spec).Bytes, new JsonDocumentOptions { MaxDepth = 1000 }))
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("Job");
            writer.WriteString("ID", work.Held.Assignment!.JobId);
            foreach (var field in spec.RootElement.EnumerateObject())
            {
                field.WriteTo(writer);
            }

            writer.WriteNumber("Version", work.Held.Assignment.JobVersion);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
