using System.Globalization;
using System.Runtime.InteropServices;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>Processes of this machine, by id.</summary>
internal static partial class Processes
{
    private const int Kill = 9;
    private const int Term = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int id) => _ = Signal(id, Term);

    /// <summary>Ends a process as a crash does.</summary>
    public static void KillNow(int id) => _ = Signal(id, Kill);

    /// <summary>Halts a process where it stands; what it started goes on.</summary>
    public static void Freeze(int id) => _ = Signal(id, Stop);

    /// <summary>Lets a frozen process go on.</summary>
    public static void Thaw(int id) => _ = Signal(id, Continue);

    /// <summary>Whether the process is there and not merely waiting to be buried.</summary>
    public static bool IsAlive(int id) => Read(id) is { State: not 'Z' };

    /// <summary>Children of a process and theirs, whose program has the name.</summary>
    /// <param name="parent">Id of the topmost process.</param>
    /// <param name="program">Name of the program; cut to 15 characters, as the kernel keeps it.</param>
    public static List<int> Below(int parent, string program)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Select(id => (Id: id, Process: Read(id)))
            .Where(entry => entry.Process is not null)
            .ToList();
        var family = new HashSet<int> { parent };
        while (all.Any(entry => family.Contains(entry.Process!.Parent) && family.Add(entry.Id)))
        {
            // Each round adds one more of the family.
        }

        return [.. all.Where(entry => entry.Id != parent && family.Contains(entry.Id) && entry.Process!.Program == program[..Math.Min(15, program.Length)]).Select(entry => entry.Id)];
    }

    private static Entry? Read(int id)
    {
        try
        {
            // ID (PROGRAM) STATE PARENT …; the program's name may hold anything, also a bracket.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var (open, close) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
            if (close < 0)
            {
                // It ended between the opening of the file and the reading.
                return null;
            }

            var rest = text[(close + 2)..].Split(' ');
            return new Entry(text[(open + 1)..close], rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int id, int signal);

    private sealed record Entry(string Program, char State, int Parent);
}
