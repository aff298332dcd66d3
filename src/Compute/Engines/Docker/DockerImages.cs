using System.Collections.Concurrent;
using System.Net;
using Bacalhau.Core.Executions;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>The images of this node: which can be had, and bringing them here. An image that is here is never asked for anew.</summary>
internal sealed class DockerImages(IDockerClient docker, DockerOptions options, TimeProvider clock)
{
    /// <summary>How long an image is taken to be still here without asking; a container that finds it gone pulls it again.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);
    private const int MostTrusted = 1000;

    private readonly RegistryLogins logins = new(options);
    private readonly ConcurrentDictionary<string, long> seen = new(StringComparer.Ordinal);
    private (string Os, string Architecture)? node;

    /// <summary>What speaks against the image on this node; null is nothing. A trouble that may pass is an exception.</summary>
    /// <exception cref="EngineException">The daemon or the registry does not answer.</exception>
    public async Task<ExecutionProblem?> FindRefusalAsync(ImageName image, CancellationToken cancellation)
    {
        try
        {
            return IsTrusted(image) || await IsHereAsync(image, cancellation) ? null : await FindRefusalOfRegistryAsync(image, cancellation);
        }
        catch (Exception e) when (DockerProblems.IsDocker(e))
        {
            // A request that is given up may break off in any way.
            cancellation.ThrowIfCancellationRequested();
            var (problem, isRefusal) = DockerProblems.OfImage(image.Text, e);
            return isRefusal ? problem : throw new EngineException(problem, isRefusal: false, e);
        }
    }

    /// <summary>Brings the image here if it is not.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
    public async Task EnsureAsync(ImageName image, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        try
        {
            if (!IsTrusted(image) && !await IsHereAsync(image, cancellation))
            {
                await PullAsync(image, progress, cancellation);
            }
        }
        catch (Exception e) when (DockerProblems.IsDocker(e))
        {
            // A request that is given up may break off in any way.
            cancellation.ThrowIfCancellationRequested();
            var (problem, isRefusal) = DockerProblems.OfImage(image.Text, e);
            throw new EngineException(problem, isRefusal, e);
        }
    }

    /// <summary>Says that the image turned out not to be here.</summary>
    public void Forget(ImageName image) => seen.TryRemove(image.Text, out _);

    private bool IsTrusted(ImageName image) => seen.TryGetValue(image.Text, out var at) && clock.GetElapsedTime(at) < Trusted;

    private async Task<bool> IsHereAsync(ImageName image, CancellationToken cancellation)
    {
        try
        {
            var found = await docker.Images.InspectImageAsync(image.Text, cancellation);
            if (!IsFor(await NodeAsync(cancellation), found.Os, found.Architecture))
            {
                return false;
            }

            Trust(image);
            return true;
        }
        catch (DockerImageNotFoundException)
        {
            return false;
        }
    }

    private void Trust(ImageName image)
    {
        if (seen.Count >= MostTrusted)
        {
            seen.Clear();
        }

        seen[image.Text] = clock.GetTimestamp();
    }

    private async Task<ExecutionProblem?> FindRefusalOfRegistryAsync(ImageName image, CancellationToken cancellation)
    {
        if (logins.Find(image.Registry) is not null)
        {
            // The daemon cannot be given a login for this question: the pull answers it.
            return null;
        }

        var found = await docker.Distribution.InspectAsync(image.Text, cancellation);
        var platforms = (found.Platforms ?? []).Where(platform => platform.OS is not (null or "" or "unknown")).ToList();
        var here = await NodeAsync(cancellation);
        return platforms.Count == 0 || platforms.Any(platform => IsFor(here, platform.OS, platform.Architecture))
            ? null
            : DockerProblems.PlatformUnsupported(
                image.Text, string.Join(", ", platforms.Select(platform => $"{platform.OS}/{platform.Architecture}")), $"{here.Os}/{here.Architecture}");
    }

    private async Task PullAsync(ImageName image, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var here = await NodeAsync(cancellation);
        using var stalled = new CancellationTokenSource(options.PullPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellation);
        var heard = new PullProgress(progress, () => stalled.CancelAfter(options.PullPatience));
        progress.Report(new ExecutionProgress("pulling image", 0, 0, "bytes"));
        try
        {
            await docker.Images.CreateImageAsync(
                new ImagesCreateParameters
                {
                    FromImage = image.Digest.Length > 0 ? image.Text : image.Repository,
                    Tag = image.Digest.Length > 0 ? null : image.Tag,
                    Platform = $"{here.Os}/{here.Architecture}",
                },
                logins.Find(image.Registry),
                heard,
                either.Token);
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came from the registry for {options.PullPatience}");
        }

        if (heard.Error is { } error)
        {
            throw new DockerApiException(HttpStatusCode.InternalServerError, error);
        }

        Trust(image);
    }

    private async Task<(string Os, string Architecture)> NodeAsync(CancellationToken cancellation)
    {
        if (node is null)
        {
            var version = await docker.System.GetVersionAsync(cancellation);
            node = (version.Os, version.Arch);
        }

        return node.Value;
    }

    private static bool IsFor((string Os, string Architecture) node, string? os, string? architecture) =>
        string.IsNullOrEmpty(os) || string.IsNullOrEmpty(architecture) || (os == node.Os && architecture == node.Architecture);
}
