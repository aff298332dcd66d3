using System.Text.RegularExpressions;

namespace Bacalhau.Tidy.Tests;

public sealed partial class TextTests
{
    private static readonly string[] _textEndings =
        [".cs", ".md", ".sh", ".csproj", ".props", ".slnx", ".json", ".yaml", ".yml", ".txt", ".c", "/run", ".editorconfig"];

    [Fact]
    public void No_path_of_a_developers_machine_is_written_down() => Rule.Holds(
        "Take the path from the repository root or a setting:",
        from path in Repository.FilesNamed(_textEndings)
        from line in Repository.Lines(path)
        where MachinePathPattern().IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Links_in_documents_lead_somewhere() => Rule.Holds(
        "These links lead to no file:",
        from path in Repository.FilesNamed(".md")
        from line in Repository.Lines(path)
        from Match link in LinkPattern().Matches(line.Text)
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
        let resolved = Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, target))
        where !Repository.Exists(resolved)
        select $"{path}:{line.Number}: {target}");

    [Fact]
    public void Every_sample_job_is_run_by_a_test_or_script()
    {
        var users = string.Concat(Repository.FilesNamed(".cs", ".sh").Select(Repository.Read));
        Rule.Holds(
            "Nothing runs these samples:",
            Repository.FilesNamed(".yaml", ".yml")
                .Where(path => path.StartsWith("samples/", StringComparison.Ordinal) && !users.Contains(Path.GetFileName(path), StringComparison.Ordinal)));
    }

    [Fact]
    public void Scripts_stop_at_the_first_error() => Rule.Holds(
        "Begin with \"set -euo pipefail\":",
        from path in Repository.FilesNamed(".sh", ".ci/run")
        where !path.StartsWith("scripts/lib/", StringComparison.Ordinal) && !Repository.Read(path).Contains("set -euo pipefail", StringComparison.Ordinal)
        select path);

    /// <summary>Home folders and work folders of one machine.</summary>
    [GeneratedRegex(@"(?<![\w.}])/(ro{2}t|wo[r]k|hom[e]/[a-z]+)/")]
    private static partial Regex MachinePathPattern();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex LinkPattern();
}
