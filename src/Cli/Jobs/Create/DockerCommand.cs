using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary><c>bacalhau docker run</c>: submits a job of one container.</summary>
internal static class DockerCommand
{
    private static readonly Flag<string> _folder = Flags.Text("workdir", "Working directory in the container", 'w');
    private static readonly Flag<ImmutableArray<string>> _entrypoint = Flags.Words("entrypoint", "Replaces the image's entry point");

    /// <summary>The group.</summary>
    public static Command Create() => new("docker", "Run containers")
    {
        InheritedFlags = [GlobalFlags.Profile],
        Children =
        [
            new("run", "Run a container")
            {
                Arguments = "IMAGE[:TAG|@DIGEST] [COMMAND] [ARG...]",
                Details = """
                    Run a container. Write -- before the image's own flags.

                    Examples:
                      bacalhau docker run ubuntu echo hello
                      bacalhau docker run -i s3://bucket/key:/in -o out:/out -p local busybox -- sh -c 'wc -l /in/* > /out/lines'
                    """,
                Flags = [_folder, _entrypoint, .. JobShapeFlags.All, .. TaskFlags.All, .. Run.RunFlags.All],
                Count = ArgumentCount.AtLeast(1),
                RunAsync = RunAsync,
            },
        ],
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var folder = invocation.Get(_folder);
        if (folder.Length > 0 && !folder.StartsWith('/'))
            throw new CliException($"building docker engine spec: invalid docker engine param: 'WorkingDirectory' is '{folder}', which is not absolute");
        var engine = new SpecConfig
        {
            Type = "docker",
            Params = ParamJson.None
                .WithText("Image", invocation.Words[0])
                .WithTexts("Parameters", [.. invocation.Words.Skip(1)])
                .WithTexts("Entrypoint", invocation.Get(_entrypoint))
                .WithText("WorkingDirectory", folder),
        };
        return CreatedJob.RunAsync(invocation, JobShapeFlags.Job(invocation, TaskFlags.Task(invocation, engine, [])), cancellation);
    }
}
