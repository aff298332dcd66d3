using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.Local;

/// <summary>Inputs that lie on the node already: allowed paths, made visible to the program where they are. Nothing is copied.</summary>
public sealed class LocalInputSource(AllowedPaths allowed) : IInputSource
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = ["local", "localdirectory"];

    /// <inheritdoc/>
    public bool IsHere => true;

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) =>
        Task.FromResult(allowed.IsEmpty ? "no local path is allowed on this node: set Compute.AllowListedLocalPaths" : null);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult(Check(input).Problem);

    /// <inheritdoc/>
    public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation)
    {
        var (_, path, problem) = Check(new InputSource { Source = question.Source });
        if (problem is not null || !path.Exists)
        {
            return Task.FromResult<DataAnswer?>(problem is null ? null : new DataAnswer { Lack = problem.Message });
        }

        var file = new FileInfo(path.Path);
        return Task.FromResult<DataAnswer?>(file.Exists ? new DataAnswer { Bytes = file.Length, TotalBytes = file.Length, IsWhole = true } : new DataAnswer { IsWhole = true });
    }

    /// <inheritdoc/>
    public Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (local, path, problem) = Check(request.Input);
        if (problem is not null || local is null)
        {
            throw new EngineException(problem!, isRefusal: true);
        }

        try
        {
            Create(path, local.CreateAs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                new ExecutionProblem("Local:NotCreated", $"'{path.Path}' cannot be made: {e.Message}", "Look at the node's disk and permissions."), isRefusal: false, e);
        }

        return Task.FromResult(new Mount(path.Path, request.Input.Target, local.ReadWrite) { Bytes = new InputBytes(LengthOf(path.Path), 0) });
    }

    private (LocalInputParams? Input, RealPath Path, ExecutionProblem? Problem) Check(InputSource input)
    {
        var read = LocalInputParams.Read(input.Source ?? new SpecConfig());
        if (read.Value is not { } local)
        {
            return (null, default, BadParameters.Of("Local", read.Problems));
        }

        if (!local.SourcePath.StartsWith('/') || local.SourcePath.Contains('\0', StringComparison.Ordinal))
        {
            return (null, default, NotAllowed(local));
        }

        try
        {
            var path = RealPath.Of(local.SourcePath);
            return (local, path, FindProblem(local, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (local, default, new ExecutionProblem("Local:Unreadable", $"'{local.SourcePath}' cannot be read: {e.Message}"));
        }
    }

    private ExecutionProblem? FindProblem(LocalInputParams local, RealPath path)
    {
        if (!allowed.Allows(path.Path, writable: false))
        {
            return NotAllowed(local);
        }

        if (local.ReadWrite && !allowed.Allows(path.Path, writable: true))
        {
            return new ExecutionProblem(
                "Bacalhau:ConfigurationError",
                $"'{local.SourcePath}' may only be read on this node",
                "Leave ReadWrite out, or have the entry in Compute.AllowListedLocalPaths end in ':rw'.");
        }

        return path.Exists || (local.ReadWrite && local.CreateAs != LocalCreation.NoCreate)
            ? null
            : new ExecutionProblem("Local:NotFound", $"'{local.SourcePath}' does not exist on this node", "Correct the path, or set ReadWrite and CreateAs to have it made.");
    }

    /// <summary>What lies behind a link is not told: that would say what exists outside of the allowed paths.</summary>
    private static ExecutionProblem NotAllowed(LocalInputParams local) => new(
        "Bacalhau:ConfigurationError",
        $"'{local.SourcePath}' is not among the paths that this node allows",
        "Choose an allowed path, or have Compute.AllowListedLocalPaths changed on the node; links are resolved before the check.");

    /// <summary>How much a folder holds is not counted.</summary>
    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static void Create(RealPath path, LocalCreation creation)
    {
        if (path.Exists || OperatingSystem.IsWindows())
        {
            return;
        }

        if (creation == LocalCreation.Dir)
        {
            Directory.CreateDirectory(path.Path, Private);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path.Path)!, Private);
        File.OpenHandle(path.Path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        File.SetUnixFileMode(path.Path, Private);
    }
}
