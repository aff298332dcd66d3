using System.Runtime.InteropServices;
using Bacalhau.Cli;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    // The first signal asks; a second one ends the process at once.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(args, CliHost.OfProcess(), stop.Token);
