using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Bacalhau.TestKit.Network;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>One more js-ipfs node, which knows no other; its packages are those that scripts/test.sh has installed.</summary>
internal sealed class JsIpfsProcess : IDisposable
{
    private readonly Process process;

    private JsIpfsProcess(Process process, int port) => (this.process, Multiaddr) = (process, string.Create(CultureInfo.InvariantCulture, $"/ip4/127.0.0.1/tcp/{port}"));

    /// <summary>Its multiaddr.</summary>
    public string Multiaddr { get; }

    /// <summary>Starts it, and waits until it serves.</summary>
    public static async Task<JsIpfsProcess> StartAsync(string folder)
    {
        var port = FreePort.Next();
        string[] arguments = [Path.Combine(Repository(), "scripts", "ipfs", "daemon.mjs"), folder, port.ToString(CultureInfo.InvariantCulture)];
        var process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        var started = new JsIpfsProcess(process, port);
        return await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) == "ready" ? started : throw new InvalidOperationException("js-ipfs did not start.");
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
