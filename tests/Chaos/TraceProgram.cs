using System.Collections.Concurrent;
using System.Globalization;
using Wasmtime;

namespace Bacalhau.Chaos;

/// <summary>What a program does besides leaving its trace.</summary>
/// <param name="Ticks">How many fifths of a second it runs; null for ever.</param>
/// <param name="Version">Digit that tells one version of a job from another.</param>
/// <param name="FailuresIn256">How many of 256 runs end with exit code 3.</param>
internal sealed record Behaviour(int? Ticks, int Version, int FailuresIn256);

/// <summary>
/// A WebAssembly program that appends to a file of its own, named after its execution, in the folder mounted at <see cref="Target"/>: <c>&gt;</c>, its
/// version and a letter of chance when it begins, the letter every 200 ms, and at its end <c>.</c>, or <c>x</c> when it fails. The letter shows
/// two runs side by side.
/// </summary>
internal static class TraceProgram
{
    /// <summary>Folder in which it writes.</summary>
    public const string Target = "/trace";

    private static readonly ConcurrentDictionary<Behaviour, string> _made = new();

    /// <summary>The module as a data URL.</summary>
    public static string UrlOf(Behaviour behaviour) =>
        _made.GetOrAdd(behaviour, made => "data:application/wasm;base64," + Convert.ToBase64String(Module.ConvertText(TextOf(made))));

    private static string TextOf(Behaviour behaviour) => Text
        .Replace("TICKS", (behaviour.Ticks ?? -1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("VERSION", ('0' + (behaviour.Version % 10)).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("FAILURES", behaviour.FailuresIn256.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Memory: scratch from 0, letters at 256, the name of the variable at 512, its list at 4096, its texts at 8192.</summary>
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_prestat_get" (func $fd_prestat_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (data (i32.const 512) "BACALHAU_EXECUTION_ID=")
          (global $file (mut i32) (i32.const 0))
          (func $check (param $error i32) (if (local.get $error) (then (unreachable))))
          (func $write (param $text i32) (param $length i32)
            (i32.store (i32.const 0) (local.get $text))
            (i32.store (i32.const 4) (local.get $length))
            (call $check (call $fd_write (global.get $file) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func $put (param $letter i32)
            (i32.store8 (i32.const 300) (local.get $letter))
            (call $write (i32.const 300) (i32.const 1)))
          ;; Address of the execution's id, which ends with a zero.
          (func $find_id (result i32) (local $next i32) (local $text i32) (local $i i32)
            (call $check (call $environ_sizes_get (i32.const 16) (i32.const 20)))
            (call $check (call $environ_get (i32.const 4096) (i32.const 8192)))
            (local.set $next (i32.const 4096))
            (loop $variables
              (local.set $text (i32.load (local.get $next)))
              (local.set $next (i32.add (local.get $next) (i32.const 4)))
              (local.set $i (i32.const 0))
              (loop $letters
                (if (i32.eq (local.get $i) (i32.const 22)) (then (return (i32.add (local.get $text) (i32.const 22)))))
                (br_if $variables (i32.ne
                  (i32.load8_u (i32.add (local.get $text) (local.get $i))) (i32.load8_u (i32.add (i32.const 512) (local.get $i)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $letters)))
            (unreachable))
          ;; The only mounted folder whose name has six letters.
          (func $find_folder (result i32) (local $fd i32)
            (local.set $fd (i32.const 3))
            (loop $more
              (call $check (call $fd_prestat_get (local.get $fd) (i32.const 24)))
              (if (i32.eq (i32.load (i32.const 28)) (i32.const 6)) (then (return (local.get $fd))))
              (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
              (br $more))
            (unreachable))
          (func $open (local $id i32) (local $length i32)
            (local.set $id (call $find_id))
            (loop $more
              (if (i32.load8_u (i32.add (local.get $id) (local.get $length)))
                (then (local.set $length (i32.add (local.get $length) (i32.const 1))) (br $more))))
            (call $check (call $path_open (call $find_folder) (i32.const 1) (local.get $id) (local.get $length)
              (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 1) (i32.const 32)))
            (global.set $file (i32.load (i32.const 32))))
          (func $sleep
            (memory.fill (i32.const 48) (i32.const 0) (i32.const 48))
            (i32.store (i32.const 64) (i32.const 1))
            (i64.store (i32.const 72) (i64.const 200000000))
            (call $check (call $poll_oneoff (i32.const 48) (i32.const 128) (i32.const 1) (i32.const 8))))
          (func (export "_start") (local $letter i32) (local $i i32)
            (call $open)
            (call $check (call $random_get (i32.const 256) (i32.const 2)))
            (local.set $letter (i32.add (i32.const 97) (i32.rem_u (i32.load8_u (i32.const 256)) (i32.const 23))))
            (i32.store8 (i32.const 301) (i32.const 62))
            (i32.store8 (i32.const 302) (i32.const VERSION))
            (i32.store8 (i32.const 303) (local.get $letter))
            (call $write (i32.const 301) (i32.const 3))
            (loop $more
              (if (i32.ne (local.get $i) (i32.const TICKS)) (then
                (call $sleep)
                (call $put (local.get $letter))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $more))))
            (if (i32.lt_u (i32.load8_u (i32.const 257)) (i32.const FAILURES)) (then
              (call $put (i32.const 120))
              (call $proc_exit (i32.const 3))))
            (call $put (i32.const 46)))
        )
        """;
}
