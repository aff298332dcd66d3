using System.Diagnostics;
using System.Globalization;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>The built program as a node of its own, with the jobs that the recordings name, as far as WebAssembly can stand in for containers.</summary>
public sealed class GoldenServer : IAsyncLifetime
{
    private const string HelloModule = "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAIjARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKHQEbAEEAQRA2AgBBBEEGNgIAQQFBAEEBQQgQABoLCwwBAEEQCwZoZWxsbwo=";
    private const string ExitCode3Module = "AGFzbQEAAAABCAJgAX8AYAAAAiQBFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKCAEGAEEDEAALABIEbmFtZQEEAQABeAIFAgAAAQA=";
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-server").FullName;
    private Process? process;

    /// <summary>Port of the API; 0 if there is no built program to test.</summary>
    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY") is not { Length: > 0 } program)
            return;
        var (api, nats, local) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        process = Process.Start(new ProcessStartInfo(program)
        {
            ArgumentList =
            {
                "serve", "--orchestrator", "--compute", "--name", "node-a", "--data-dir", folder, "-c", "API.Host=127.0.0.1", "-c", $"API.Port={api}",
                "-c", "Orchestrator.Host=127.0.0.1", "-c", $"Orchestrator.Port={nats}", "-c", $"Publishers.Types.Local.Port={local}", "-c", "Labels=zone=a",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("is running as", StringComparison.Ordinal))
                break;
        }
        _ = process.StandardOutput.ReadToEndAsync();
        Assert.False(process.HasExited, $"{program} serve ended with exit code {(process.HasExited ? process.ExitCode : 0)}");
        Port = api;
        await SubmitAsync(Job("hello", HelloModule));
        await SubmitAsync(Job("hello-json", HelloModule));
        await SubmitAsync(Job("fail", ExitCode3Module));
        await SubmitAsync(Job("two", HelloModule, count: 2));
        await SubmitAsync(Job("out", HelloModule, publisher: "local"));
        await SubmitAsync(Job("nowhere", HelloModule, engine: "vroomvroom"));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The job files that recorded commands name, each with a name of its own.</summary>
    internal static IEnumerable<(string Name, string Text)> JobFiles(string recorded)
    {
        var suffix = recorded == "job-run/unchanged" ? "" : "-" + recorded.Split('/')[1];
        yield return ("hello.yaml", Job("hello" + suffix, HelloModule));
        yield return ("two.yaml", Job("two" + suffix, HelloModule, count: 2));
        yield return ("fail.yaml", Job("fail" + suffix, ExitCode3Module));
        yield return ("out.yaml", Job("out" + suffix, HelloModule, publisher: "local"));
        yield return ("nowhere.yaml", Job("nowhere" + suffix, HelloModule, engine: "vroomvroom"));
        yield return ("tmpl.yaml", Job("tmpl-{{.who}}-{{.greet}}" + suffix, HelloModule));
    }

    private static string Job(string name, string module, int count = 1, string publisher = "", string engine = "wasm")
    {
        var results = publisher.Length > 0 ? $"Publisher: {{Type: {publisher}}}\n    ResultPaths: [{{Name: outputs, Path: /outputs}}]" : "";
        var labels = publisher.Length > 0 ? "{env: prod, team: blue}" : "{}";
        return string.Create(CultureInfo.InvariantCulture, $$$"""
            Name: {{{name}}}
            Type: batch
            Count: {{{count}}}
            Labels: {{{labels}}}
            Tasks:
              - Name: main
                Engine: {Type: {{{engine}}}, Params: {EntryModule: main.wasm}}
                InputSources:
                  - Source: {Type: inline, Params: {URL: "data:application/wasm;base64,{{{module}}}"}}
                    Target: main.wasm
                {{{results}}}
            """);
    }

    private async Task SubmitAsync(string job)
    {
        using var cli = new Support.CliRun { Input = job };
        var result = await cli.With("BACALHAU_API_PORT", Port.ToString(CultureInfo.InvariantCulture)).RunAsync("job", "run");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }
}
