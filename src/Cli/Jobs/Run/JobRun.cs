using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Submits a job, and then waits for it, prints its log, or leaves it alone, as the flags say.</summary>
internal sealed class JobRun(Invocation invocation, ApiClient client)
{
    private readonly CliHost host = invocation.Host;

    /// <summary>The job as YAML, as it would be sent.</summary>
    public static string Yaml(JobSpec spec) => YamlText.OfObject(JsonNode.Parse(SpecDocument.Of(spec).Bytes));

    /// <summary>Submits a job.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> SubmitAsync(JobSpec spec, bool force, bool hidesWarnings, CancellationToken cancellation)
    {
        var request = new PutJobRequest(Document(spec), force, Guid.NewGuid().ToString());
        var answer = await client.PutJobAsync(request, cancellation);
        if (!hidesWarnings && !invocation.Get(RunFlags.IdOnly) && answer.Warnings is { IsDefaultOrEmpty: false } warnings)
            ErrorText.WriteWarnings(host, warnings);
        return await FollowAsync(answer.JobID, cancellation);
    }

    /// <summary>Goes on after a job was submitted.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> FollowAsync(string job, CancellationToken cancellation)
    {
        if (!invocation.Get(RunFlags.Wait))
        {
            host.Output.WriteLine(job);
            return 0;
        }
        if (invocation.Get(RunFlags.IdOnly))
        {
            host.Output.WriteLine(job);
            await host.Output.FlushAsync(cancellation);
        }
        else
        {
            host.Output.WriteLine($"Job successfully submitted. Job ID: {job}");
            host.Output.WriteLine(invocation.Get(RunFlags.Follow)
                ? "Waiting for its output (Ctrl+C leaves, the job goes on):\n"
                : "Watching the job (Ctrl+C leaves, the job goes on):\n");
        }
        return await new JobWatch(invocation, client, job).RunAsync(cancellation);
    }

    /// <summary>Shows how a job differs from the stored one of that name; or the job itself if that is not known.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> ShowDifferenceAsync(JobSpec spec, CancellationToken cancellation)
    {
        try
        {
            var answer = await client.SendAsync(
                HttpMethod.Put, "/orchestrator/jobs/diff", new DiffJobRequest(Document(spec)), ApiJson.Wire.DiffJobRequest, cancellation);
            var difference = answer.Deserialize(ApiJson.Wire.DiffJobResponse)!.Diff;
            if (difference.Length == 0)
                host.Error.WriteLine("Warning: No diff detected.");
            foreach (var line in difference.TrimEnd('\n').Split('\n').Where(_ => difference.Length > 0))
                host.Output.WriteLine(Coloured(line));
        }
        catch (ApiFailureException problem)
        {
            host.Error.WriteLine($"Error: failed to fetch Job spec: {problem.Message}");
            host.Error.WriteLine("Warning: there is nothing to compare with; this is the job as it would be sent");
            host.Output.Write(Yaml(spec));
        }
        return 0;
    }

    private string Coloured(string line) => !host.UsesColour ? line : line switch
    {
        ['+', ..] => Colour.Paint(line, "green"),
        ['-', ..] => Colour.Paint(line, "maroon"),
        _ => line,
    };

    private static JsonElement Document(JobSpec spec)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(SpecDocument.Of(spec).Bytes), new() { MaxDepth = 1000 });
        return document.RootElement.Clone();
    }
}
