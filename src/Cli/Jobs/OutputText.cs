using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs;

/// <summary>Writes what a program printed.</summary>
internal static class OutputText
{
    /// <summary>Standard output, a blank line, standard error; each says if it was cut.</summary>
    public static void Write(TextWriter target, RunOutputView output)
    {
        WriteStream(target, output.Stdout, output.StdoutTruncated);
        if (output.Stdout.Length > 0 && output.Stderr.Length > 0)
            target.WriteLine();
        WriteStream(target, output.Stderr, output.StderrTruncated);
    }

    private static void WriteStream(TextWriter target, string text, bool isCut)
    {
        if (text.Length == 0)
            return;
        target.Write(text);
        if (!text.EndsWith('\n'))
            target.WriteLine();
        if (isCut)
            target.WriteLine("...\nOutput truncated");
    }
}
