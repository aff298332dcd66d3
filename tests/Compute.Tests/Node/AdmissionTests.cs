using System.Text;
using System.Text.Json;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Probes;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Spec = Bacalhau.TestKit.Inputs.Spec;

namespace Bacalhau.Compute.Tests.Node;

public sealed class AdmissionTests
{
    private static readonly InputSource _inline = new() { Source = Spec.Of("inline", ("URL", "data:,x")), Target = "/in" };

    [Theory]
    [InlineData(NetworkType.Default, true)]
    [InlineData(NetworkType.None, true)]
    [InlineData(NetworkType.Bridge, false)]
    [InlineData(NetworkType.HTTP, false)]
    [InlineData(NetworkType.Host, false)]
    public void Networked_jobs_can_be_refused(NetworkType network, bool isTaken)
    {
        var policy = new AdmissionPolicy { RejectsNetworkedJobs = true, AllowsHostNetwork = true };

        Assert.Equal(isTaken, !policy.FindObjections(new TaskSpec { Network = new NetworkConfig { Type = network } }, _ => true).Any());
    }

    [Fact]
    public async Task Objections_are_told_together()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Admission = new AdmissionPolicy { RejectsStatelessJobs = true, RejectsNetworkedJobs = true });
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task() with { Network = new NetworkConfig { Type = NetworkType.Bridge } }));

        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Refused, "Admission:Networked"), (end.Kind, end.Problem!.Code));
        Assert.Contains("RejectNetworkedJobs", end.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("RejectStatelessJobs", end.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_inputs_that_are_here_are_taken_where_locality_is_local()
    {
        await using var rig = await NodeRig.StartAsync(change: rig =>
        {
            rig.Admission = new AdmissionPolicy { IsLocalOnly = true, RejectsStatelessJobs = true };
            rig.InputSources = [new SlowInput(), new InlineInputSource()];
        });
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-far", SlowInput.Task()), rig.Orchestrator.Run("e-here", NodeRig.Task(exitCode: 3) with { InputSources = [_inline] }));

        Assert.Equal("Admission:NotLocal", (await rig.Orchestrator.EndOfAsync("e-far")).Problem!.Code);
        Assert.NotEqual(ReportKind.Refused, (await rig.Orchestrator.EndOfAsync("e-here")).Kind);
    }

    [Fact]
    public async Task Probes_are_asked_with_the_job_and_their_reasons_are_told_together()
    {
        var first = new FakeProbe("first", _ => Task.FromResult(ProbeAnswer.No("too warm")));
        var second = new FakeProbe("second", _ => throw new InvalidOperationException("it is broken"));
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Probes = [first, second]);
        var run = rig.Orchestrator.Run("e-1", NodeRig.Task());
        await rig.Orchestrator.SendAsync(run);

        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Refused, "Admission:ProbeRejected"), (end.Kind, end.Problem!.Code));
        Assert.Equal("first refuses the job: too warm; second could not be asked: it is broken", end.Problem.Message);
        using var asked = JsonDocument.Parse(first.Question!);
        var job = asked.RootElement.GetProperty("Job");
        Assert.Equal((run.Assignment!.JobId, "main"), (job.GetProperty("ID").GetString(), job.GetProperty("Tasks")[0].GetProperty("Name").GetString()));
    }

    [Fact]
    public async Task Probe_that_hangs_holds_up_its_own_execution_only_and_refuses_it_in_the_end()
    {
        var probe = new FakeProbe("probe", question => question.Contains("hang", StringComparison.Ordinal) ? new TaskCompletionSource<ProbeAnswer>().Task : Task.FromResult(new ProbeAnswer(true)));
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Probes = [probe]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-before", NodeRig.Task(runForMillis: 60_000)));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-hangs", NodeRig.Task(output: "hang")));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-before"), rig.Orchestrator.Run("e-after", NodeRig.Task()));

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-before")).Kind);
        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-after")).Kind);
        Assert.Empty(rig.Orchestrator.EndsOf("e-hangs"));
        var end = await rig.PassToEndOfAsync("e-hangs");
        Assert.Equal((ReportKind.Refused, "Admission:ProbeFailed"), (end.Kind, end.Problem!.Code));
        Assert.Contains("did not answer within 10 s", end.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_does_not_wait_for_a_probe()
    {
        var probe = new FakeProbe("probe", _ => new TaskCompletionSource<ProbeAnswer>().Task);
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Probes = [probe]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    private sealed class FakeProbe(string name, Func<string, Task<ProbeAnswer>> answer) : IAdmissionProbe
    {
        public string Name => name;

        public byte[]? Question { get; private set; }

        public Task<ProbeAnswer> AskAsync(byte[] question, CancellationToken cancellation)
        {
            Question = question;
            return answer(Encoding.UTF8.GetString(question));
        }
    }
}
