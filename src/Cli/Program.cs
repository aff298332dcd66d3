using System.Runtime.InteropServices;
using Bacalhau.Cli;

using var stop = new CancellationTokenSource();
var askedAt = long.MaxValue;
void Stop(PosixSignalContext signal)
{
    // The first signal asks; a later one ends the process at once. What comes right behind the first is the same wish: some send it to a process and to its group.
    var now = Environment.TickCount64;
    signal.Cancel = now - Interlocked.CompareExchange(ref askedAt, now, long.MaxValue) is < 1000;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await CommandLine.RunAsync(args, CliHost.OfProcess(), stop.Token);
