using System.Text;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>A WebAssembly program that does a few simple things one after the other, as the containers of the recordings did.</summary>
internal sealed class GoldenProgram
{
    private const int Subscription = 0;
    private const int Event = 64;
    private const int Count = 112;
    private const int FirstText = 128;
    private const byte ConstantInstruction = 0x41;
    private const byte CallInstruction = 0x10;
    private const byte UnreachableInstruction = 0;
    private const byte DropInstruction = 0x1a;
    private const byte Poll = 0;
    private const byte WriteTo = 1;
    private const byte Leave = 2;

    private readonly List<byte> code = [];
    private readonly List<byte> memory = [.. ClockSubscription()];
    private bool isEndless;

    /// <summary>The module as the address of an inline input.</summary>
    public string Url => "data:application/wasm;base64," + Convert.ToBase64String(Module());

    /// <summary>Prints a text to the output, or to the errors.</summary>
    public GoldenProgram Print(string text, bool toErrors = false)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        memory.AddRange(new byte[-memory.Count & 7]);
        var vector = memory.Count;
        memory.AddRange([.. BitConverter.GetBytes(vector + 8), .. BitConverter.GetBytes(bytes.Length), .. bytes]);
        Call(WriteTo, toErrors ? 2 : 1, vector, 1, Count);
        code.Add(DropInstruction);
        return this;
    }

    /// <summary>Waits a tenth of a second.</summary>
    public GoldenProgram Pause()
    {
        Call(Poll, Subscription, Event, 1, Count);
        code.Add(DropInstruction);
        return this;
    }

    /// <summary>Ends with an exit code.</summary>
    public GoldenProgram Exit(int exitCode)
    {
        Call(Leave, exitCode);
        return this;
    }

    /// <summary>Fails.</summary>
    public GoldenProgram Crash()
    {
        code.Add(UnreachableInstruction);
        return this;
    }

    /// <summary>Does all this again and again.</summary>
    public GoldenProgram Forever()
    {
        isEndless = true;
        return this;
    }

    /// <summary>The module.</summary>
    public byte[] Module()
    {
        byte[] body = isEndless ? [0, 0x03, 0x40, .. code, 0x0c, 0, 0x0b, 0x0b] : [0, .. code, 0x0b];
        return
        [
            .. "\0asm"u8, 1, 0, 0, 0,
            .. Section(1, [3, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0]),
            .. Section(2, [3, .. Import("poll_oneoff", 0), .. Import("fd_write", 0), .. Import("proc_exit", 1)]),
            .. Section(3, [1, 2]),
            .. Section(5, [1, 0, 1]),
            .. Section(7, [2, .. Name("memory"), 2, 0, .. Name("_start"), 0, 3]),
            .. Section(10, [1, .. Number(body.Length), .. body]),
            .. Section(11, [1, 0, ConstantInstruction, 0, 0x0b, .. Number(memory.Count), .. memory]),
        ];
    }

    /// <summary>A tenth of a second of the monotonic clock, as WASI wants it in memory.</summary>
    private static byte[] ClockSubscription()
    {
        var bytes = new byte[FirstText];
        bytes[16] = 1;
        BitConverter.GetBytes(100_000_000L).CopyTo(bytes, 24);
        return bytes;
    }

    private void Call(byte function, params int[] arguments)
    {
        foreach (var argument in arguments)
            code.AddRange([ConstantInstruction, .. Number(argument)]);
        code.AddRange([CallInstruction, function]);
    }

    private static byte[] Section(byte id, byte[] content) => [id, .. Number(content.Length), .. content];

    private static byte[] Import(string name, byte type) => [.. Name("wasi_snapshot_preview1"), .. Name(name), 0, type];

    private static byte[] Name(string name) => [.. Number(name.Length), .. Encoding.ASCII.GetBytes(name)];

    /// <summary>A number that is not negative in LEB128, long enough to be read as signed too.</summary>
    private static byte[] Number(int value) =>
        [(byte)((value & 0x7f) | 0x80), (byte)(((value >> 7) & 0x7f) | 0x80), (byte)((value >> 14) & 0x7f)];
}
