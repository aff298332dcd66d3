using System.Globalization;
using System.Text;
using Bacalhau.TestKit.Engines;
using Wasmtime;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

/// <summary>Writes a program of the conformance suite as a WebAssembly module for WASI preview 1.</summary>
internal sealed class WatProgram
{
    private const int TextStart = 0x10000;

    private readonly StringBuilder body = new();
    private readonly StringBuilder data = new();
    private int textEnd = TextStart;

    private WatProgram(EngineProgram program)
    {
        foreach (var step in program.Steps)
        {
            body.Append("    ").AppendLine(Line(step));
        }
    }

    /// <summary>The module.</summary>
    public static byte[] Of(EngineProgram program) => Module.ConvertText(new WatProgram(program).ToString());

    public override string ToString() => $"(module\n{Prelude}\n{data}  (func (export \"_start\")\n{body}  )\n)";

    private string Line(ProgramStep step) => step switch
    {
        ProgramStep.Out s => $"(call $print (i32.const 1) {Text(s.Text)})",
        ProgramStep.Err s => $"(call $print (i32.const 2) {Text(s.Text)})",
        ProgramStep.Exit s => Invariant($"(call $proc_exit (i32.const {s.Code}))"),
        ProgramStep.PrintArguments => $"(call $print_list (call $read_args) {Text("\n")})",
        ProgramStep.PrintEnvironment => $"(call $print_list (call $read_environ) {Text("\n")})",
        ProgramStep.PrintStdin => "(call $copy (i32.const 0))",
        ProgramStep.Read s => $"(call $copy (call $open {Text(s.Path)} (i32.const 0) (i64.const 2)))",
        ProgramStep.Write s => $"(call $write_file (call $open {Text(s.Path)} (i32.const 9) (i64.const 64)) {Text(s.Text)})",
        ProgramStep.Wait s => Invariant($"(call $sleep (i64.const {s.Time.Ticks * 100}))"),
        ProgramStep.Hang => "(loop $again (br $again))",
        ProgramStep.Flood s => Invariant($"(call $flood (i32.const {s.Bytes}))"),
        ProgramStep.UseMemory s => Invariant($"(call $grow (i32.const {s.Bytes >> 16}))"),
        ProgramStep.Crash => "(unreachable)",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>Address and length of the text.</summary>
    private string Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var escaped = string.Concat(bytes.Select(value => Invariant($"\\{value:x2}")));
        data.AppendLine(Invariant($"  (data (i32.const {textEnd}) \"{escaped}\")"));
        var place = Invariant($"(i32.const {textEnd}) (i32.const {bytes.Length})");
        textEnd += bytes.Length;
        return place;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Memory: scratch from 0, names of mounted folders at 0x1000, texts at 0x10000, lists at 0x20000, a buffer of 64 KiB at 0x80000.</summary>
    private const string Prelude = """
          (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_prestat_get" (func $fd_prestat_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $fd_prestat_dir_name (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 16)
          (func $fail_unless_zero (param $error i32)
            (if (local.get $error) (then (call $proc_exit (i32.const 1)))))
          (func $print (param $fd i32) (param $text i32) (param $length i32)
            (loop $more
              (if (i32.eqz (local.get $length)) (then (return)))
              (i32.store (i32.const 0) (local.get $text))
              (i32.store (i32.const 4) (local.get $length))
              (call $fail_unless_zero (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
              (local.set $text (i32.add (local.get $text) (i32.load (i32.const 8))))
              (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
              (br $more)))
          (func $copy (param $fd i32)
            (loop $more
              (i32.store (i32.const 0) (i32.const 0x80000))
              (i32.store (i32.const 4) (i32.const 0x10000))
              (call $fail_unless_zero (call $fd_read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
              (if (i32.eqz (i32.load (i32.const 8))) (then (return)))
              (call $print (i32.const 1) (i32.const 0x80000) (i32.load (i32.const 8)))
              (br $more)))
          (func $is_below (param $path i32) (param $folder i32) (param $length i32) (result i32)
            (loop $more
              (if (i32.eqz (local.get $length)) (then (return (i32.const 1))))
              (if (i32.ne (i32.load8_u (local.get $path)) (i32.load8_u (local.get $folder))) (then (return (i32.const 0))))
              (local.set $path (i32.add (local.get $path) (i32.const 1)))
              (local.set $folder (i32.add (local.get $folder) (i32.const 1)))
              (local.set $length (i32.sub (local.get $length) (i32.const 1)))
              (br $more))
            (unreachable))
          (func $open (param $path i32) (param $length i32) (param $flags i32) (param $rights i64) (result i32)
            (local $fd i32) (local $best i32) (local $best_length i32) (local $name_length i32)
            (local.set $fd (i32.const 3))
            (loop $more
              (if (i32.eqz (call $fd_prestat_get (local.get $fd) (i32.const 16)))
                (then
                  (local.set $name_length (i32.load (i32.const 20)))
                  (call $fail_unless_zero (call $fd_prestat_dir_name (local.get $fd) (i32.const 0x1000) (local.get $name_length)))
                  (if (i32.and (i32.ge_u (local.get $name_length) (local.get $best_length))
                      (call $is_below (local.get $path) (i32.const 0x1000) (local.get $name_length)))
                    (then (local.set $best (local.get $fd)) (local.set $best_length (local.get $name_length))))
                  (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
                  (br $more))))
            (loop $slashes
              (if (i32.eq (i32.load8_u (i32.add (local.get $path) (local.get $best_length))) (i32.const 47))
                (then (local.set $best_length (i32.add (local.get $best_length) (i32.const 1))) (br $slashes))))
            (call $fail_unless_zero (call $path_open (local.get $best) (i32.const 1)
              (i32.add (local.get $path) (local.get $best_length)) (i32.sub (local.get $length) (local.get $best_length))
              (local.get $flags) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 24)))
            (i32.load (i32.const 24)))
          (func $write_file (param $fd i32) (param $text i32) (param $length i32)
            (call $print (local.get $fd) (local.get $text) (local.get $length)))
          (func $read_args (result i32)
            (call $fail_unless_zero (call $args_sizes_get (i32.const 32) (i32.const 36)))
            (call $fail_unless_zero (call $args_get (i32.const 0x20000) (i32.const 0x30000)))
            ;; Without the program's name.
            (i32.store (i32.const 32) (i32.sub (i32.load (i32.const 32)) (i32.const 1)))
            (i32.const 0x20004))
          (func $read_environ (result i32)
            (call $fail_unless_zero (call $environ_sizes_get (i32.const 32) (i32.const 36)))
            (call $fail_unless_zero (call $environ_get (i32.const 0x20000) (i32.const 0x30000)))
            (i32.const 0x20000))
          (func $length (param $text i32) (result i32) (local $end i32)
            (local.set $end (local.get $text))
            (loop $more
              (if (i32.load8_u (local.get $end)) (then (local.set $end (i32.add (local.get $end) (i32.const 1))) (br $more))))
            (i32.sub (local.get $end) (local.get $text)))
          (func $print_list (param $list i32) (param $break i32) (param $break_length i32)
            (loop $more
              (if (i32.eqz (i32.load (i32.const 32))) (then (return)))
              (call $print (i32.const 1) (i32.load (local.get $list)) (call $length (i32.load (local.get $list))))
              (call $print (i32.const 1) (local.get $break) (local.get $break_length))
              (local.set $list (i32.add (local.get $list) (i32.const 4)))
              (i32.store (i32.const 32) (i32.sub (i32.load (i32.const 32)) (i32.const 1)))
              (br $more)))
          (func $sleep (param $nanoseconds i64)
            (memory.fill (i32.const 48) (i32.const 0) (i32.const 48))
            (i32.store (i32.const 64) (i32.const 1))
            (i64.store (i32.const 72) (local.get $nanoseconds))
            (call $fail_unless_zero (call $poll_oneoff (i32.const 48) (i32.const 128) (i32.const 1) (i32.const 8))))
          (func $flood (param $bytes i32)
            (memory.fill (i32.const 0x80000) (i32.const 120) (i32.const 50000))
            (loop $more
              (if (i32.lt_u (local.get $bytes) (i32.const 50000))
                (then (call $print (i32.const 1) (i32.const 0x80000) (local.get $bytes)) (return)))
              (call $print (i32.const 1) (i32.const 0x80000) (i32.const 50000))
              (local.set $bytes (i32.sub (local.get $bytes) (i32.const 50000)))
              (br $more)))
          (func $grow (param $pages i32)
            (loop $more
              (if (i32.ge_u (memory.size) (local.get $pages)) (then (return)))
              (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
              (br $more)))
        """;
}
