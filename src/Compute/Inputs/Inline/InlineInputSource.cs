using System.Runtime.InteropServices;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Inputs.Inline;

/// <summary>
/// Inputs written into the job as a data URL: a file, or a folder when its type is <c>application/gzip</c> (a tar.gz). It is a copy of the
/// execution's own, so the program may write to it.
/// </summary>
public sealed class InlineInputSource : IInputSource
{
    internal const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    internal const UnixFileMode ProgramMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = ["inline"];

    /// <inheritdoc/>
    public bool IsHere => true;

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult(Read(input).Problem);

    /// <inheritdoc/>
    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (inline, problem) = Read(request.Input);
        if (inline is null)
        {
            throw new EngineException(problem!, isRefusal: true);
        }

        var path = Path.Combine(request.Folder, "content");
        var bytes = ImmutableCollectionsMarshal.AsArray(inline.Content.Bytes)!;
        if (inline.IsArchive)
        {
            try
            {
                await InlineArchive.UnpackAsync(bytes, path, progress, cancellation);
            }
            catch (InvalidDataException e)
            {
                throw new EngineException(BadArchive(e), isRefusal: true, e);
            }
        }
        else
        {
            await File.WriteAllBytesAsync(path, bytes, cancellation);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, FileMode);
            }
        }

        progress.Report(new ExecutionProgress("writing inline input", bytes.Length, bytes.Length, "bytes"));
        return new Mount(path, request.Input.Target, Writable: true);
    }

    private static ExecutionProblem BadArchive(Exception e) =>
        new("Inline:BadArchive", $"the inline input cannot be unpacked: {e.Message}", "Send a tar.gz of plain files and folders.");

    private static (InlineInputParams? Inline, ExecutionProblem? Problem) Read(InputSource input)
    {
        var read = InlineInputParams.Read(input.Source ?? new SpecConfig());
        return (read.Value, BadParameters.Of("Inline", read.Problems));
    }
}
