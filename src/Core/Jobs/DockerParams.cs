using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the engine <c>docker</c> (spec: job-model.md §3.1).</summary>
public sealed record DockerParams
{
    /// <summary>Image reference.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's entry point; empty to keep it.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>The container's command; empty for the image's.</summary>
    public ImmutableArray<string> Parameters { get; init; } = [];

    /// <summary>Variables as <c>NAME=value</c>, which win over the task's.</summary>
    public ImmutableArray<string> EnvironmentVariables { get; init; } = [];

    /// <summary>Absolute folder in the container; empty for the image's.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<DockerParams> Read(SpecConfig config, string path = "Engine")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, "the docker engine", problems);
        var read = new DockerParams
        {
            Image = reader.RequiredText("Image", "such as Image: busybox:1.36"),
            Entrypoint = reader.Texts("Entrypoint"),
            Parameters = reader.Texts("Parameters"),
            EnvironmentVariables = reader.Texts("EnvironmentVariables"),
            WorkingDirectory = reader.Text("WorkingDirectory") ?? "",
        };
        foreach (var variable in read.EnvironmentVariables.Where(EnvRules.IsReserved))
        {
            reader.Report("EnvironmentVariables", $"the variable '{NameOf(variable)}' is reserved", EnvRules.ReservedHint);
        }

        if (read.EnvironmentVariables.Any(variable => variable.StartsWith('=')))
        {
            reader.Report("EnvironmentVariables", "a variable has no name", "write NAME=value", SpecProblemCode.Missing);
        }

        if (read.WorkingDirectory.Length > 0 && !read.WorkingDirectory.StartsWith('/'))
        {
            reader.Report("WorkingDirectory", $"the working directory '{read.WorkingDirectory}' is not absolute", "let it start with /");
        }

        return new Parsed<DockerParams>(problems.IsEmpty ? read : null, problems.ToImmutable(), [.. reader.Unknown()]);
    }

    /// <summary>The config as the reference's command line sends it: all five keys.</summary>
    public SpecConfig ToConfig() => ParamValue.Config(
        EngineTypes.Docker,
        ("Image", ParamValue.Of(Image)),
        ("Entrypoint", ParamValue.OfUnlessEmpty(Entrypoint)),
        ("Parameters", ParamValue.OfUnlessEmpty(Parameters)),
        ("EnvironmentVariables", ParamValue.OfUnlessEmpty(EnvironmentVariables)),
        ("WorkingDirectory", ParamValue.Of(WorkingDirectory)));

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}

/// <summary>Names of the built-in engines.</summary>
public static class EngineTypes
{
    /// <summary>Containers.</summary>
    public const string Docker = "docker";

    /// <summary>WebAssembly modules.</summary>
    public const string Wasm = "wasm";
}
