using System.Formats.Tar;
using System.Text;
using Bacalhau.Compute.Tests.Engines.Docker;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>The images that the recorded jobs name, made anew from the test image.</summary>
public sealed class RecordedImages : IAsyncLifetime
{
    /// <summary>Prints its arguments, folder and variables.</summary>
    private const string ShowArguments = """
        #!/bin/sh
        echo "ENTRY argv:"
        n=0
        for argument in "$@"; do n=$((n+1)); echo " [$n]=$argument"; done
        echo "cwd=$(pwd)"
        env | grep -v '^BACALHAU' | sort

        """;

    private readonly Dictionary<string, string> names = [];
    private DockerWorkshop? docker;

    public async ValueTask InitializeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("BACALHAU_TEST_DOCKER_IMAGE")))
        {
            return;
        }

        docker = new DockerWorkshop();
        await MakeAsync("tool:1", "CMD [\"sh\"]");
        await MakeAsync("entry:1", "ENTRYPOINT [\"/bin/showargs\", \"from-entrypoint\"]", "CMD [\"cmd-a\", \"cmd-b\"]", "ENV IMG_VAR=from-image", "WORKDIR /work");
        await MakeAsync("cmdonly:1", "CMD [\"/bin/showargs\", \"img-cmd\"]");
        await MakeAsync("entryonly:1", "ENTRYPOINT [\"/bin/showargs\", \"img-entry\"]", "CMD []");
        await MakeAsync("neither:1", "CMD []", "ENV X=1");
    }

    public ValueTask DisposeAsync() => docker?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The job with the images' names of this machine.</summary>
    public string Place(string yaml) => names.Aggregate(yaml, (text, name) => text.Replace($"<registry>/{name.Key}", name.Value, StringComparison.Ordinal));

    private async Task MakeAsync(string name, params string[] changes)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            Add(tar, "bin/showargs", (UnixFileMode)0b111_101_101);
            Add(tar, "bin/noexec", (UnixFileMode)0b110_100_100);
        }

        names[name] = await docker!.NewImageAsync(new CreateContainerParameters(), new MemoryStream(archive.ToArray()), changes);
    }

    private static void Add(TarWriter tar, string name, UnixFileMode mode) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(ShowArguments)) });
}
