using System.Runtime.InteropServices;

namespace Bacalhau.Worker;

/// <summary>System calls that .NET has no method for, on Linux.</summary>
internal static partial class LinuxCalls
{
    /// <summary>SIGHUP.</summary>
    public const int Hangup = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT.</summary>
    public const int Quit = 3;

    /// <summary>SIGKILL.</summary>
    public const int KillSignal = 9;

    /// <summary>SIGTERM.</summary>
    public const int Term = 15;

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial void Kill(int process, int signal);

    /// <summary>Leaves the session of the parent, and with it its terminal.</summary>
    [LibraryImport("libc", EntryPoint = "setsid")]
    public static partial void StartSession();

    /// <summary>Ends this process at once, with nothing run or flushed.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);

    /// <summary>Makes a hard link, following a symbolic link at the source. 0 is success.</summary>
    public static int Link(string source, string target) => LinkAt(AtCurrentFolder, source, AtCurrentFolder, target, AtFollow);

    /// <summary>Limits the writable memory of this process; the hard limit stays, so that it can be lifted again.</summary>
    public static void LimitData(ulong bytes)
    {
        if (GetLimit(ResourceData, out var limit) == 0)
        {
            limit.Current = Math.Min(bytes, limit.Maximum);
            _ = SetLimit(ResourceData, in limit);
        }
    }

    private const int AtCurrentFolder = -100;
    private const int AtFollow = 0x400;
    private const int ResourceData = 2;

    [LibraryImport("libc", EntryPoint = "linkat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkAt(int sourceFolder, string source, int targetFolder, string target, int flags);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
