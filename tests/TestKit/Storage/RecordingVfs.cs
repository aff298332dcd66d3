using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bacalhau.TestKit.Storage;

/// <summary>
/// SQLite's own file layer with an ear on it: opened files get a copy of its table of methods in which writing, cutting, syncing and closing tell the recorder of
/// the file's folder first. It is the default for the whole process, as SQLite's registry of file layers is; files outside of recorded folders are left alone.
/// </summary>
internal static unsafe partial class RecordingVfs
{
    private const int Ok = 0;
    private const int Full = 13;

    private static readonly ConcurrentDictionary<DiskRecorder, bool> _recorders = new();
    private static readonly ConcurrentDictionary<nint, OpenFile> _files = new();
    private static readonly ConcurrentDictionary<nint, nint> _patchedMethods = new();
    private static readonly Vfs* _original = Register();

    /// <summary>Lets a recorder hear.</summary>
    public static void Add(DiskRecorder recorder)
    {
        RuntimeHelpers.RunClassConstructor(typeof(RecordingVfs).TypeHandle);
        _recorders[recorder] = true;
    }

    /// <summary>Lets a recorder hear no more.</summary>
    public static void Remove(DiskRecorder recorder) => _recorders.TryRemove(recorder, out _);

    private static Vfs* Register()
    {
        var original = FindVfs(null);
        var copy = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
        *copy = *original;
        copy->Name = (byte*)Marshal.StringToCoTaskMemUTF8("recording");
        copy->Open = &Open;
        copy->Delete = &Delete;
        return RegisterVfs(copy, 1) == Ok ? original : throw new InvalidOperationException("SQLite takes no file layer.");
    }

    private static DiskRecorder? RecorderOf(string? path) => path is null ? null : _recorders.Keys.SingleOrDefault(recorder => recorder.Covers(path));

    [UnmanagedCallersOnly]
    private static int Open(Vfs* vfs, byte* path, SqliteFile* file, int flags, int* outFlags)
    {
        var result = _original->Open(_original, path, file, flags, outFlags);
        var name = Marshal.PtrToStringUTF8((nint)path);
        if (result == Ok && RecorderOf(name) is { } recorder)
        {
            _files[(nint)file] = new OpenFile(recorder, Path.GetFileName(name!), (nint)file->Methods);
            file->Methods = (IoMethods*)_patchedMethods.GetOrAdd((nint)file->Methods, Patch);
        }

        return result;
    }

    [UnmanagedCallersOnly]
    private static int Delete(Vfs* vfs, byte* path, int syncFolder)
    {
        var result = _original->Delete(_original, path, syncFolder);
        var name = Marshal.PtrToStringUTF8((nint)path);
        if (result == Ok && RecorderOf(name) is { } recorder)
        {
            recorder.Note(new(DiskOperationKind.Delete, Path.GetFileName(name!), 0, []));
        }

        return result;
    }

    private static nint Patch(nint methods)
    {
        var copy = (IoMethods*)NativeMemory.Alloc((nuint)sizeof(IoMethods));
        *copy = *(IoMethods*)methods;
        copy->Close = &Close;
        copy->Write = &Write;
        copy->Truncate = &Truncate;
        copy->Sync = &Sync;
        return (nint)copy;
    }

    [UnmanagedCallersOnly]
    private static int Close(SqliteFile* file)
    {
        _files.TryRemove((nint)file, out var open);
        file->Methods = (IoMethods*)open!.Methods;
        return file->Methods->Close(file);
    }

    [UnmanagedCallersOnly]
    private static int Write(SqliteFile* file, byte* bytes, int length, long offset)
    {
        var open = _files[(nint)file];
        if (open.Recorder.IsFull)
        {
            return Full;
        }

        open.Recorder.Note(new(DiskOperationKind.Write, open.Name, offset, new ReadOnlySpan<byte>(bytes, length).ToArray()));
        return ((IoMethods*)open.Methods)->Write(file, bytes, length, offset);
    }

    [UnmanagedCallersOnly]
    private static int Truncate(SqliteFile* file, long length)
    {
        var open = _files[(nint)file];
        open.Recorder.Note(new(DiskOperationKind.Truncate, open.Name, length, []));
        return ((IoMethods*)open.Methods)->Truncate(file, length);
    }

    [UnmanagedCallersOnly]
    private static int Sync(SqliteFile* file, int flags)
    {
        var open = _files[(nint)file];
        var result = ((IoMethods*)open.Methods)->Sync(file, flags);
        if (result == Ok)
        {
            open.Recorder.Note(new(DiskOperationKind.Sync, open.Name, 0, []));
        }

        return result;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial Vfs* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    private static partial int RegisterVfs(Vfs* vfs, int makeDefault);

    private sealed record OpenFile(DiskRecorder Recorder, string Name, nint Methods);

    /// <summary>SQLite's <c>sqlite3_vfs</c>, version 3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileSize;
        public int MaxPathname;
        public Vfs* Next;
        public byte* Name;
        public void* AppData;
        public delegate* unmanaged<Vfs*, byte*, SqliteFile*, int, int*, int> Open;
        public delegate* unmanaged<Vfs*, byte*, int, int> Delete;
        public fixed ulong Others[14];
    }

    /// <summary>SQLite's <c>sqlite3_file</c>; what follows the table belongs to the file layer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SqliteFile
    {
        public IoMethods* Methods;
    }

    /// <summary>SQLite's <c>sqlite3_io_methods</c>, version 3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoMethods
    {
        public int Version;
        public delegate* unmanaged<SqliteFile*, int> Close;
        public void* Read;
        public delegate* unmanaged<SqliteFile*, byte*, int, long, int> Write;
        public delegate* unmanaged<SqliteFile*, long, int> Truncate;
        public delegate* unmanaged<SqliteFile*, int, int> Sync;
        public fixed ulong Others[13];
    }
}
