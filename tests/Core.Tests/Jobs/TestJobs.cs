using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

/// <summary>Small jobs that are right, for tests to spoil.</summary>
internal static class TestJobs
{
    public static TaskSpec Task => new() { Name = "main", Engine = new DockerParams { Image = "busybox" }.ToConfig() };

    public static JobSpec Job => With(Task);

    public static JobSpec With(TaskSpec task) => new() { Name = "test", Type = JobTypes.Batch, Tasks = [task] };

    public static TaskSpec WasmTask => new()
    {
        Name = "main",
        Engine = new WasmParams { EntryModule = "/m.wasm" }.ToConfig(),
        InputSources = [new InputSource { Target = "/m.wasm", Source = ParamValue.Config("local", ("SourcePath", ParamValue.Of("/srv/m.wasm"))) }],
    };

    public static JobCheck Check(JobSpec spec) => JobIntake.Check(spec, GivenServerFields.None, JobDefaults.BuiltIn);

    /// <summary>The one problem of a job.</summary>
    public static SpecProblem ProblemOf(JobSpec spec) => Assert.Single(Check(spec).Problems);
}
