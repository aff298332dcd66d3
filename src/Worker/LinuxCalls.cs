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
}
