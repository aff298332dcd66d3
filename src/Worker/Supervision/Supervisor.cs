using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Worker.Supervision;

/// <summary>
/// Runs a program that must not outlive its grandparent, which holds the writing end of our standard input. Each byte that arrives there is
/// the number of a signal for the program; at end of file, however that came about, the program gets TERM and after its grace KILL.
/// </summary>
internal static class Supervisor
{
    private const int NotStarted = 127;

    private static readonly PosixSignal[] _passedOn = [PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];

    /// <summary>Runs the command to its end. Exit code: the program's own, 128 + n if signal n ended it, 127 if it could not be started.</summary>
    public static int Run(SupervisedCommand command)
    {
        // A session of its own: Ctrl-C on the terminal is for the grandparent, which then stops us in its order.
        LinuxCalls.StartSession();
        using var ended = new ManualResetEventSlim();
        if (Start(command) is not { } program)
        {
            return NotStarted;
        }

        using (program)
        {
            var signals = _passedOn.Select(signal => PosixSignalRegistration.Create(signal, context => PassOn(context, program.Id))).ToArray();
            new Thread(() => Obey(program.Id, command.Grace, ended)) { IsBackground = true }.Start();
            program.WaitForExit();
            ended.Set();
            Array.ForEach(signals, signal => signal.Dispose());
            return program.ExitCode;
        }
    }

    private static Process? Start(SupervisedCommand command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments) { RedirectStandardInput = true };
        try
        {
            var program = Process.Start(start)!;
            program.StandardInput.Close();
            return program;
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"Cannot start {command.Program}: {e.Message}.");
            return null;
        }
    }

    private static void Obey(int program, TimeSpan grace, ManualResetEventSlim ended)
    {
        using var orders = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        for (var order = ReadByte(orders); order >= 0; order = ReadByte(orders))
        {
            LinuxCalls.Kill(program, order);
        }

        LinuxCalls.Kill(program, LinuxCalls.Term);
        if (!ended.Wait(grace))
        {
            LinuxCalls.Kill(program, LinuxCalls.KillSignal);
        }
    }

    private static int ReadByte(FileStream orders)
    {
        try
        {
            return orders.ReadByte();
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static void PassOn(PosixSignalContext context, int program)
    {
        context.Cancel = true;
        LinuxCalls.Kill(program, context.Signal switch
        {
            PosixSignal.SIGHUP => LinuxCalls.Hangup,
            PosixSignal.SIGINT => LinuxCalls.Interrupt,
            PosixSignal.SIGQUIT => LinuxCalls.Quit,
            _ => LinuxCalls.Term,
        });
    }
}
