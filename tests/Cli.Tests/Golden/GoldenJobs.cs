using System.Globalization;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>The jobs that the recordings name, with WebAssembly programs in the place of containers. None of them asks for much, so that all find room.</summary>
internal static class GoldenJobs
{
    /// <summary>Prints a line to each stream.</summary>
    public static GoldenProgram Hello { get; } = new GoldenProgram().Print("hello\n").Print("oops\n", toErrors: true);

    private static readonly GoldenProgram _fail = new GoldenProgram().Print("to-err\n", toErrors: true).Exit(3);
    private static readonly GoldenProgram _two = new GoldenProgram().Print("same\n");
    private static readonly GoldenProgram _crash = new GoldenProgram().Crash();
    private static readonly GoldenProgram _onNode = new GoldenProgram().Print("on a node\n");
    private static readonly GoldenProgram _tick = new GoldenProgram().Print("tick\n").Pause().Forever();
    private static readonly GoldenProgram _long = new GoldenProgram().Print("line 0\n").Pause().Forever();
    private static readonly GoldenProgram _bigOutput = new GoldenProgram().Print(string.Concat(Enumerable.Repeat("line-xxxxxxxxxxxxxxxxxxxxxxxx\n", 400)));

    /// <summary>Jobs that are done when the tests begin.</summary>
    public static IEnumerable<string> Done =>
    [
        Job("hello", Hello), Job("hello-json", Hello), Job("fail", _fail), Job("two", _two, count: 2), WithResults("out"), WithResults("out2", count: 2), Nowhere("nowhere"),
        Job("opsjob", _onNode, type: "ops"), Job("bigout", _bigOutput), Job("retried", _crash), Job("late", _tick, timeouts: "{ExecutionTimeout: 1}"), Queued("queued", seconds: 1),
    ];

    /// <summary>Jobs that run when the tests begin.</summary>
    public static IEnumerable<string> Running => [Service("svc"), Daemon("dmn"), Service(GoldenScene.Stopped)];

    /// <summary>A job that waits for a node when the tests begin.</summary>
    public static string Waiting => Queued("queued2");

    /// <summary>A job that ends well, as <c>hello</c> does.</summary>
    public static string Greeting(string name) => Job(name, Hello);

    /// <summary>A service, which runs until it is stopped.</summary>
    public static string Service(string name) => Job(name, _tick, type: "service");

    /// <summary>The same on each node.</summary>
    public static string Daemon(string name) => Job(name, _tick, type: "daemon");

    /// <summary>A job that no node matches.</summary>
    public static string Queued(string name, int seconds = 300) => Job(name, Hello, timeouts: $"{{QueueTimeout: {seconds}}}", constraint: "zone");

    /// <summary>The job files that recorded commands name, each with a name of its own.</summary>
    public static IEnumerable<(string Name, string Text)> Files(string recorded)
    {
        var suffix = recorded == "job-run/unchanged" ? "" : "-" + recorded.Split('/')[1];
        yield return ("hello.yaml", Job("hello" + suffix, Hello));
        yield return ("hello.json", $$$"""{"Name":"hello-json{{{suffix}}}","Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"wasm","Params":{"EntryModule":"main.wasm"}},"InputSources":[{"Source":{"Type":"inline","Params":{"URL":"{{{Hello.Url}}}"}},"Target":"main.wasm"}]}]}""");
        yield return ("nested.yaml", Job("nested" + suffix, Hello) + "\n    Nope: 1\n");
        yield return ("warn1.yaml", Job("warn1" + suffix, Hello) + "\nMeta: {bacalhau.org/x: y}\n");
        yield return ("two.yaml", Job("two" + suffix, _two, count: 2));
        yield return ("fail.yaml", Job("fail" + suffix, _fail));
        yield return ("out.yaml", WithResults("out" + suffix));
        yield return ("out2.yaml", WithResults("out2" + suffix, count: 2));
        yield return ("nowhere.yaml", Nowhere("nowhere" + suffix));
        yield return ("queued.yaml", Queued("queued" + suffix));
        yield return ("queued2.yaml", Queued("queued2" + suffix));
        yield return ("tmpl.yaml", Job("tmpl-{{.who}}-{{.greet}}" + suffix, Hello));
        yield return ("service.yaml", Service("svc" + suffix));
        yield return ("daemon.yaml", Daemon("dmn" + suffix));
        yield return ("ops.yaml", Job("opsjob" + suffix, _onNode, type: "ops"));
        foreach (var name in (string[])["follow", "group-events", "id-only", "wait", "term", "tty"])
            yield return ($"long-{name}.yaml", Job($"long-{name}{suffix}", _long));
    }

    /// <summary>A job of an engine that no node has.</summary>
    public static string Nowhere(string name) => Job(name, Hello, engine: "vroomvroom");

    private static string WithResults(string name, int count = 1) =>
        Job(name, Hello, count) + "\n    Publisher: {Type: local}\n    ResultPaths: [{Name: outputs, Path: /outputs}]\nLabels: {env: prod, team: blue}\n";

    private static string Job(string name, GoldenProgram program, int count = 1, string engine = "wasm", string timeouts = "{}", string constraint = "", string type = "batch") =>
        string.Create(CultureInfo.InvariantCulture, $$$"""
            Name: {{{name}}}
            Type: {{{type}}}
            Count: {{{count}}}
            Constraints: {{{(constraint.Length == 0 ? "[]" : $"[{{Key: {constraint}, Operator: '=', Values: [nowhere]}}]")}}}
            Tasks:
              - Name: main
                Engine: {Type: {{{engine}}}, Params: {EntryModule: main.wasm}}
                Resources: {CPU: 10m, Memory: 10MB}
                Timeouts: {{{timeouts}}}
                InputSources:
                  - Source: {Type: inline, Params: {URL: "{{{program.Url}}}"}}
                    Target: main.wasm
            """);
}
