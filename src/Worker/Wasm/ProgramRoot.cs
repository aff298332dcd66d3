using Bacalhau.Compute.Worker.Contract;

namespace Bacalhau.Worker.Wasm;

/// <summary>Lays out the folder that a program sees as <c>/</c>.</summary>
internal static class ProgramRoot
{
    /// <summary>Makes mount points and links the files in, or copies them where the file system cannot link.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void LayOut(RunRequest request)
    {
        foreach (var folder in request.Folders)
        {
            Directory.CreateDirectory(Path.Combine(request.RootFolder, folder.Target));
        }

        foreach (var file in request.Files)
        {
            var target = Path.Combine(request.RootFolder, file.Target);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (LinuxCalls.Link(file.Source, target) != 0)
            {
                File.Copy(file.Source, target);
            }
        }
    }
}
