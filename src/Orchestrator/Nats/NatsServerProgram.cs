using System.Globalization;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>Finds the <c>nats-server</c> program and knows which versions of it will do.</summary>
internal static class NatsServerProgram
{
    /// <summary>What to do when there is none.</summary>
    public const string Fix = "Install it (Debian, Ubuntu: apt-get install nats-server), or set Orchestrator.Nats.ServerPath to the program";

    private const string Name = "nats-server";
    private static readonly Version Oldest = new(2, 9);

    /// <summary>Places beside PATH: a service's PATH often lacks <c>sbin</c>, where Debian puts it.</summary>
    private static readonly string[] MorePlaces = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"];

    /// <summary>The path of the program.</summary>
    /// <exception cref="NatsServerException">There is none.</exception>
    public static string Find(string configured)
    {
        if (configured.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return File.Exists(configured)
                ? Path.GetFullPath(configured)
                : throw new NatsServerException($"The message server {configured} (Orchestrator.Nats.ServerPath) does not exist. {Fix}.");
        }

        var name = configured.Length > 0 ? configured : Name;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(MorePlaces).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new NatsServerException($"The message server {name} is not installed. {Fix}.");
    }

    /// <summary>Refuses what is too old.</summary>
    /// <param name="path">The program.</param>
    /// <param name="version">What it says of itself, as <c>2.9.10</c>.</param>
    /// <exception cref="NatsServerException">It is too old.</exception>
    public static void Check(string path, string version)
    {
        var numbers = version.Split('-', '+')[0];
        if (!Version.TryParse(numbers, out var parsed) || parsed < Oldest)
        {
            throw new NatsServerException(string.Create(
                CultureInfo.InvariantCulture, $"The message server {path} has version {version}; {Oldest} or newer is needed. {Fix}."));
        }
    }
}
