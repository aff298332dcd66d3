namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the input source <c>local</c> (spec: job-model.md §3.3).</summary>
public sealed record LocalInputParams
{
    /// <summary>Path on the node.</summary>
    public required string SourcePath { get; init; }

    /// <summary>Whether the program may write to it.</summary>
    public bool ReadWrite { get; init; }

    /// <summary>What to make when nothing is there.</summary>
    public LocalCreation CreateAs { get; init; }

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<LocalInputParams> Read(SpecConfig config, string path = "Source")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, "the local input", problems);
        var read = new LocalInputParams
        {
            SourcePath = reader.RequiredText("SourcePath", "a path on the node that its allow-list holds"),
            ReadWrite = reader.Flag("ReadWrite"),
            CreateAs = ReadCreation(reader),
        };
        if (read.SourcePath.Trim().Length > 0 && (!read.SourcePath.StartsWith('/') || read.SourcePath.Contains('\0', StringComparison.Ordinal)))
        {
            reader.Report("SourcePath", $"the local input's path '{read.SourcePath}' is not absolute", "let it start with /");
        }

        return new Parsed<LocalInputParams>(problems.IsEmpty ? read : null, problems.ToImmutable(), [.. reader.Unknown()]);
    }

    private static LocalCreation ReadCreation(ParamReader reader)
    {
        var text = reader.Text("CreateAs") ?? "";
        switch (text.Trim().ToUpperInvariant())
        {
            case "" or "NOCREATE":
                return LocalCreation.NoCreate;
            case "DIR":
                return LocalCreation.Dir;
            case "FILE":
                return LocalCreation.File;
            default:
                reader.Report("CreateAs", $"the local input: CreateAs is '{text}'", "it is dir, file or noCreate");
                return LocalCreation.NoCreate;
        }
    }
}

/// <summary>What a local input makes when its path does not exist.</summary>
public enum LocalCreation
{
    /// <summary>Nothing: the path must exist.</summary>
    NoCreate,

    /// <summary>A folder.</summary>
    Dir,

    /// <summary>An empty file.</summary>
    File,
}
