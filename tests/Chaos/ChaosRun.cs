using System.Globalization;

namespace Bacalhau.Chaos;

/// <summary>Rounds of faults and healing until the time is over, or something has not come right.</summary>
internal sealed class ChaosRun : IDisposable
{
    private const int Nodes = 5;
    private const int Customers = 3;
    private static readonly TimeSpan _round = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    /// <summary>Who heals longer than this says what is missing.</summary>
    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(15);

    private readonly int seed;
    private readonly Timeline timeline;
    private readonly ChaosCluster cluster;
    private readonly Client client;
    private readonly List<Customer> customers = [];
    private readonly FaultDoer doer;
    private readonly Inspection inspection;
    private readonly List<TimeSpan> healings = [];

    /// <summary>Starts the cluster.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="seed">Decides on the faults and on what customers do.</param>
    public ChaosRun(string program, int seed)
    {
        this.seed = seed;
        var folder = Directory.CreateTempSubdirectory("bacalhau-chaos-").FullName;
        timeline = new Timeline(folder);
        timeline.Say(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, in {folder}"));
        cluster = new ChaosCluster(program, folder, Nodes, timeline);
        client = new Client(cluster.ApiPort, timeline);
        doer = new FaultDoer(cluster, client, LoseNode, timeline);
        inspection = new Inspection(cluster, client);
        customers.AddRange(Enumerable.Range(0, Customers).Select(number => new Customer(number, seed + number, client, cluster, timeline)));
    }

    private List<ChaosJob> Jobs => [.. customers.SelectMany(customer => customer.Jobs)];

    /// <summary>Runs for so long, to the end of the round.</summary>
    /// <returns>Whether all came right.</returns>
    public async Task<bool> RunAsync(TimeSpan length)
    {
        var problems = await ComeRightAsync([], looksAtAll: true);
        for (var round = 1; problems.Count == 0 && timeline.Now < length; round++)
        {
            timeline.Say(string.Create(CultureInfo.InvariantCulture, $"Round {round}"));
            problems = await RunRoundAsync(new Random((seed * 1000) + round));
        }

        if (problems.Count == 0)
        {
            problems = await ComeRightAsync([], looksAtAll: true);
        }

        cluster.KeepLogs();
        Console.WriteLine(Table());
        if (problems.Count > 0)
        {
            timeline.Say(string.Create(CultureInfo.InvariantCulture, $"NOT RIGHT {_limit.TotalSeconds} s after healing, with seed {seed}. Logs, traces and data are kept in {cluster.Folder}:"));
            problems.ForEach(problem => timeline.Say("  " + problem));
            cluster.KeepData();
        }

        cluster.Dispose();
        if (problems.Count == 0)
        {
            Directory.Delete(cluster.Folder, recursive: true);
        }

        return problems.Count == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        cluster.Dispose();
    }

    /// <summary>Which ops jobs had begun on a node that is deleted nobody here knows.</summary>
    private void LoseNode() => Jobs.Where(job => !job.IsSettled).ToList().ForEach(job => job.HasLostNode = true);

    private async Task<List<string>> RunRoundAsync(Random random)
    {
        using var heal = new CancellationTokenSource();
        var faults = Fault.Draw(random, _round, Nodes);
        List<Task> work = [.. faults.Select(fault => doer.DoAsync(fault, heal.Token)), .. customers.Select(customer => customer.WorkAsync(heal.Token))];
        await Task.Delay(_round, TimeProvider.System);
        await heal.CancelAsync();
        timeline.Say("Healing");
        var began = timeline.Now;
        var problems = await ComeRightAsync(work, looksAtAll: false);
        healings.Add(timeline.Now - began);
        timeline.Say(string.Create(CultureInfo.InvariantCulture, $"Came right in {healings[^1].TotalSeconds:0.0} s"));
        return problems;
    }

    /// <summary>Waits until nothing is wrong any more.</summary>
    /// <returns>What still is after the time that healing may take.</returns>
    private async Task<List<string>> ComeRightAsync(List<Task> work, bool looksAtAll)
    {
        var began = timeline.Now;
        var whole = Task.WhenAll(work);
        await Task.WhenAny(whole, Task.Delay(_limit, TimeProvider.System));
        if (!whole.IsCompleted)
        {
            return
            [
                .. customers.Where(customer => customer.Pending.Length > 0).Select(customer => "no answer to: " + customer.Pending),
                .. work.Where(task => task.IsFaulted).Select(task => $"the chaos itself has failed: {task.Exception!.GetBaseException()}"),
                "something of the round has not ended",
            ];
        }

        await whole;
        for (var told = began; ;)
        {
            List<string> problems = [.. timeline.Wrongs, .. customers.SelectMany(customer => customer.Wrongs), .. await inspection.FindProblemsAsync(Jobs, looksAtAll)];
            if (problems.Count == 0 || timeline.Now - began > _limit)
            {
                return problems;
            }

            if (timeline.Now - told > _slow)
            {
                told = timeline.Now;
                problems.Take(3).ToList().ForEach(problem => timeline.Say("  not yet: " + problem));
            }
        }
    }

    private string Table()
    {
        var traces = Traces.Read(cluster.Traces);
        List<(string, string)> rows =
        [
            ("length", string.Create(CultureInfo.InvariantCulture, $"{timeline.Now.TotalMinutes:0.0} min")),
            ("seed", seed.ToString(CultureInfo.InvariantCulture)),
            ("rounds", healings.Count.ToString(CultureInfo.InvariantCulture)),
            .. timeline.Counts.Select(count => (count.What, count.Times.ToString(CultureInfo.InvariantCulture))),
            ("programs started", traces.Starts.ToString(CultureInfo.InvariantCulture)),
            ("longest healing", string.Create(CultureInfo.InvariantCulture, $"{healings.DefaultIfEmpty().Max().TotalSeconds:0.0} s")),
            ("median healing", string.Create(CultureInfo.InvariantCulture, $"{healings.DefaultIfEmpty().Order().ElementAt(healings.Count / 2).TotalSeconds:0.0} s")),
        ];
        return "| What | Number |\n| --- | --- |\n" + string.Join('\n', rows.Select(row => $"| {row.Item1} | {row.Item2} |"));
    }
}
