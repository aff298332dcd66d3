using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Inputs.Local;

/// <summary>What to make of a path that does not exist.</summary>
internal enum LocalCreation
{
    /// <summary>Nothing: it is refused.</summary>
    NoCreate,

    /// <summary>A folder.</summary>
    Dir,

    /// <summary>An empty file.</summary>
    File,
}

/// <summary>Parameters of a local input.</summary>
/// <param name="SourcePath">Path on the node, as written.</param>
/// <param name="ReadWrite">Whether the program may write there.</param>
/// <param name="CreateAs">What to make of it if it does not exist and may be written.</param>
internal sealed record LocalInput(string SourcePath, bool ReadWrite, LocalCreation CreateAs)
{
    /// <summary>Reads the parameters, and says what is wrong with them.</summary>
    public static (LocalInput Input, ExecutionProblem? Problem) Read(SpecConfig? source)
    {
        var reader = new ParameterReader(source);
        var (path, readWrite, createAs) = (reader.Text("SourcePath"), reader.Flag("ReadWrite"), reader.Text("CreateAs"));
        var creation = LocalCreation.NoCreate;
        if (createAs.Length > 0 && (!Enum.TryParse(createAs, ignoreCase: true, out creation) || char.IsDigit(createAs[0])))
        {
            reader.Add($"CreateAs '{createAs}' is unknown: it is noCreate, dir or file");
        }

        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            reader.Add($"SourcePath must be an absolute path, not '{path}'");
        }

        return (new LocalInput(path, readWrite, creation), reader.FindProblem("Local"));
    }
}
