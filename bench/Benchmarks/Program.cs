using Bacalhau.Benchmarks;

var benchmarks = new SortedDictionary<string, Func<Report, Task>>(StringComparer.Ordinal)
{
    ["control-plane"] = ControlPlaneBenchmark.RunAsync,
    ["download"] = DownloadBenchmark.RunUrlAsync,
    ["download-s3"] = DownloadBenchmark.RunS3Async,
    ["docker"] = DockerBenchmark.RunAsync,
    ["finished-jobs"] = FinishedJobsBenchmark.RunAsync,
    ["locality"] = LocalityBenchmark.RunAsync,
    ["planner"] = PlannerBenchmark.RunAsync,
    ["wasm"] = WasmBenchmark.RunAsync,
};
if (args is ["--names"])
{
    Console.WriteLine(string.Join('\n', benchmarks.Keys));
    return 0;
}

var wanted = args.Length == 0 ? [.. benchmarks.Keys] : args;
if (wanted.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark '{unknown}'. There are: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

var report = new Report();
foreach (var name in wanted)
{
    Console.Error.WriteLine($"Measuring {name} …");
    await benchmarks[name](report);
}

report.Print(Console.Out);
return report.HasFailed ? 1 : 0;
