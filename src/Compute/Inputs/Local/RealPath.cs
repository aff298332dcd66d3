namespace Bacalhau.Compute.Inputs.Local;

/// <summary>An absolute path without links, <c>.</c> and <c>..</c>, as the system would follow it.</summary>
/// <param name="Path">The path; what does not exist is kept as written.</param>
/// <param name="Exists">Whether all of it exists.</param>
internal readonly record struct RealPath(string Path, bool Exists)
{
    private const int MostLinks = 40;

    /// <summary>Resolves a path.</summary>
    /// <exception cref="IOException">The links go round in a circle, or cannot be read.</exception>
    public static RealPath Of(string path)
    {
        var done = "";
        var exists = true;
        var links = 0;
        var waiting = new Stack<string>(Parts(path));
        while (waiting.TryPop(out var part))
        {
            if (part == "..")
            {
                done = done.Length == 0 ? "" : done[..done.LastIndexOf('/')];
                continue;
            }

            var next = $"{done}/{part}";
            var target = exists ? new FileInfo(next).LinkTarget : null;
            if (target is null)
            {
                exists = exists && System.IO.Path.Exists(next);
                done = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"'{path}' leads over more than {MostLinks} links");
            }

            done = target.StartsWith('/') ? "" : done;
            foreach (var piece in Parts(target))
            {
                waiting.Push(piece);
            }
        }

        return new RealPath(done.Length == 0 ? "/" : done, exists);
    }

    /// <summary>The components, last first, so that a stack gives them in order.</summary>
    private static IEnumerable<string> Parts(string path) => path.Split('/').Where(part => part is not ("" or ".")).Reverse();
}
