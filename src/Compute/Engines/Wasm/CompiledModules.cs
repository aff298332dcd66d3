using System.Collections.Concurrent;
using System.Security.Cryptography;
using Bacalhau.Compute.Worker;
using Bacalhau.Compute.Worker.Contract;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>
/// Compiled modules in a folder, by the digest of the module and the version of the runtime. The runtime believes what it loads, so each use
/// first compares the digest that was kept with the compiled module; what does not fit is compiled again.
/// </summary>
internal sealed class CompiledModules(string folder, WorkerPool pool, TimeProvider clock) : IDisposable
{
    /// <summary>Part of each name: what another version has compiled cannot be loaded. Raised with Wasmtime, or with the worker's settings of it.</summary>
    public const string RuntimeVersion = "wasmtime-50.0.1-1";

    /// <summary>Bytes of compiled modules that are kept; the longest unused go first.</summary>
    public const long MaximumBytes = 1L << 30;

    private readonly ConcurrentDictionary<string, Lazy<Task<CompiledEntry>>> compiling = new(StringComparer.Ordinal);

    /// <summary>A compilation uses all cores.</summary>
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>The compiled module, compiled now if need be.</summary>
    /// <exception cref="EngineException">It does not compile.</exception>
    public async Task<CompiledEntry> GetAsync(string modulePath, string shownPath, CancellationToken cancellation)
    {
        var key = $"{await DigestAsync(modulePath, cancellation)}-{RuntimeVersion}";
        var path = Path.Combine(folder, key + ".cwasm");
        if (await ReadAsync(path, cancellation) is { } entry)
        {
            File.SetLastWriteTimeUtc(path, clock.GetUtcNow().UtcDateTime);
            return entry;
        }

        // Whoever comes first compiles for all who wait, so nobody's cancellation ends it.
        var work = compiling.GetOrAdd(key, _ => new Lazy<Task<CompiledEntry>>(() => CompileAsync(modulePath, shownPath, path)));
        try
        {
            return await work.Value.WaitAsync(cancellation);
        }
        finally
        {
            if (work.Value.IsCompleted)
            {
                compiling.TryRemove(KeyValuePair.Create(key, work));
            }
        }
    }

    /// <summary>Forgets a compiled module that the runtime does not take.</summary>
    public static void Forget(string path)
    {
        File.Delete(FactsPath(path));
        File.Delete(path);
    }

    /// <summary>Removes what a compilation left that was cut off.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.GetFiles(folder, "*.new").Where(path => !compiling.Keys.Any(key => path.Contains(key, StringComparison.Ordinal))))
        {
            File.Delete(path);
        }
    }

    /// <summary>Frees what serves the turns.</summary>
    public void Dispose() => turn.Dispose();

    private async Task<CompiledEntry> CompileAsync(string modulePath, string shownPath, string path)
    {
        var (output, newFacts) = (path + ".new", FactsPath(path) + ".new");
        await turn.WaitAsync();
        try
        {
            Directory.CreateDirectory(folder);
            var reply = await CompileAsync(new CompileRequest(modulePath, output), shownPath);
            if (reply.Error.Length > 0)
            {
                throw new EngineException(WasmProblems.NotCompiled(shownPath, reply.Error), isRefusal: true);
            }

            var facts = reply.ToBytes();
            var digest = await DigestAsync(output, facts, default);
            await File.WriteAllBytesAsync(newFacts, [.. digest, .. facts]);
            File.Move(output, path, overwrite: true);
            File.Move(newFacts, FactsPath(path), overwrite: true);
            MakeRoom();
            return new CompiledEntry(path, reply);
        }
        finally
        {
            DropCut(output, newFacts);
            turn.Release();
        }
    }

    /// <summary>What a full disk has cut must not take the room that is left. What cannot be deleted now is swept later.</summary>
    private static void DropCut(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            try
            {
                if (File.Exists(path))
                {
                    File.Delete(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // How the compilation went is told; the sweep collects it.
            }
        }
    }

    private void MakeRoom()
    {
        var kept = 0L;
        foreach (var file in new DirectoryInfo(folder).GetFiles("*.cwasm").OrderByDescending(file => file.LastWriteTimeUtc))
        {
            kept += file.Length;
            if (kept > MaximumBytes)
            {
                Forget(file.FullName);
            }
        }
    }

    private async Task<CompileReply> CompileAsync(CompileRequest request, string shownPath)
    {
        using var worker = pool.RentFresh();
        try
        {
            return await worker.CompileAsync(request);
        }
        catch (WorkerLostException e)
        {
            throw new EngineException(WasmProblems.NotCompiled(shownPath, $"the compiler ended with {e.Message}."), isRefusal: false, e);
        }
    }

    private static async Task<CompiledEntry?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var kept = await File.ReadAllBytesAsync(FactsPath(path), cancellation);
            if (kept.Length < SHA256.HashSizeInBytes)
            {
                return null;
            }

            var digest = await DigestAsync(path, kept.AsMemory(SHA256.HashSizeInBytes), cancellation);
            return digest.AsSpan().SequenceEqual(kept.AsSpan(0, SHA256.HashSizeInBytes))
                ? new CompiledEntry(path, CompileReply.FromBytes(kept.AsMemory(SHA256.HashSizeInBytes)))
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string FactsPath(string path) => path + ".facts";

    private static async Task<string> DigestAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    private static async Task<byte[]> DigestAsync(string path, ReadOnlyMemory<byte> facts, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var ofFile = await SHA256.HashDataAsync(file, cancellation);
        return SHA256.HashData([.. ofFile, .. facts.Span]);
    }
}

/// <summary>One compiled module.</summary>
/// <param name="Path">File with it.</param>
/// <param name="Facts">What it imports and exports.</param>
internal sealed record CompiledEntry(string Path, CompileReply Facts);
