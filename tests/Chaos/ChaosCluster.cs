using System.Globalization;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Storage;

namespace Bacalhau.Chaos;

/// <summary>An orchestrator and its nodes, as processes of their own, each with its link and, where the machine allows it, a small disk.</summary>
internal sealed class ChaosCluster : IDisposable
{
    private const int DiskMegabytes = 64;
    private readonly Dictionary<string, SmallDisk> disks = [];
    private readonly int messagePort = FreePort.Next();
    private bool isOver;

    /// <summary>Makes and starts all of it.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="folder">Folder of everything.</param>
    /// <param name="nodes">Number of compute nodes.</param>
    /// <param name="timeline">Where is noted what happens.</param>
    public ChaosCluster(string program, string folder, int nodes, Timeline timeline)
    {
        Folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        Directory.CreateDirectory(Traces);
        ApiPort = FreePort.Next();
        Orchestrator = MemberOf("orchestrator", program, timeline, ApiPort, ["--orchestrator"], messagePort);
        for (var i = 1; i <= nodes; i++)
        {
            var link = new FlakyLink(messagePort);
            Links.Add(link);
            Nodes.Add(MemberOf(string.Create(CultureInfo.InvariantCulture, $"node{i}"), program, timeline, FreePort.Next(), ["--compute"], link.Port));
        }

        GiveDisks(timeline);
        Orchestrator.Begin();
        Nodes.ForEach(node => node.Begin());
    }

    /// <summary>Folder of everything.</summary>
    public string Folder { get; }

    /// <summary>Folder into which programs write.</summary>
    public string Traces => Path.Combine(Folder, "traces");

    /// <summary>Port of the API.</summary>
    public int ApiPort { get; }

    /// <summary>The orchestrator.</summary>
    public Member Orchestrator { get; }

    /// <summary>The compute nodes.</summary>
    public List<Member> Nodes { get; } = [];

    /// <summary>The way to the message server of each compute node.</summary>
    public List<FlakyLink> Links { get; } = [];

    /// <summary>Data directory of a member.</summary>
    public string DataOf(Member member) => Path.Combine(Folder, member.Name);

    /// <summary>The disk of a member; null where none could be mounted.</summary>
    public SmallDisk? DiskOf(Member member) => disks.GetValueOrDefault(member.Name);

    /// <summary>Deletes all that a node has kept.</summary>
    public void Wipe(Member member)
    {
        foreach (var entry in new DirectoryInfo(DataOf(member)).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Writes what all have printed so far to <c>logs/</c>.</summary>
    public void KeepLogs()
    {
        Orchestrator.Keep();
        Nodes.ForEach(node => node.Keep());
    }

    /// <summary>Puts what lies on the small disks beside them, where it stays.</summary>
    public void KeepData()
    {
        foreach (var member in Nodes.Prepend(Orchestrator).Where(member => disks.ContainsKey(member.Name)))
        {
            Copy(new DirectoryInfo(DataOf(member)), Path.Combine(Folder, "kept", member.Name));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOver)
        {
            return;
        }

        isOver = true;
        Nodes.ForEach(node => node.Dispose());
        Orchestrator.Dispose();
        Links.ForEach(link => link.Dispose());
        foreach (var disk in disks.Values)
        {
            disk.Dispose();
        }
    }

    private Member MemberOf(string name, string program, Timeline timeline, int api, string[] roles, int messages)
    {
        string[] settings =
        [
            "API.Host=127.0.0.1",
            Setting("API.Port", api),
            "Orchestrator.Host=127.0.0.1",
            Setting("Orchestrator.Port", messagePort),
            "Publishers.Types.Local.Address=127.0.0.1",
            Setting("Publishers.Types.Local.Port", FreePort.Next()),
            string.Create(CultureInfo.InvariantCulture, $"Compute.Orchestrators=nats://127.0.0.1:{messages}"),
            $"Compute.AllowListedLocalPaths={Traces}/**:rw",
            "Compute.AllocatedCapacity.CPU=4",
            "Compute.Heartbeat.Interval=500ms",
            "Orchestrator.NodeManager.DisconnectTimeout=3s",
        ];
        var data = Path.Combine(Folder, name);
        string[] arguments = ["serve", .. roles, "--name", name, "--data-dir", data, .. settings.SelectMany(setting => new[] { "-c", setting })];
        return new Member(name, () => Node.Start(program, api, arguments), timeline, Path.Combine(Folder, "logs", name + ".log"));
    }

    private void GiveDisks(Timeline timeline)
    {
        try
        {
            foreach (var member in Nodes.Prepend(Orchestrator))
            {
                disks[member.Name] = SmallDisk.Over(DataOf(member), DiskMegabytes);
            }
        }
        catch (Exception exception) when (exception.Message.Contains("cannot be mounted", StringComparison.Ordinal))
        {
            timeline.Say("No small disks, and so none is filled: " + exception.Message);
        }
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles().Where(file => file.Name is not ("filler" or "node.lock")))
        {
            file.CopyTo(Path.Combine(to, file.Name), overwrite: true);
        }

        foreach (var folder in from.EnumerateDirectories())
        {
            Copy(folder, Path.Combine(to, folder.Name));
        }
    }

    private static string Setting(string key, int number) => string.Create(CultureInfo.InvariantCulture, $"{key}={number}");
}
