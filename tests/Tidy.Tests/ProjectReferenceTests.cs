using System.Xml.Linq;

namespace Bacalhau.Tidy.Tests;

public sealed class ProjectReferenceTests
{
    /// <summary>What each project may reference. Worker is a program of its own: Wasmtime and nothing else.</summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Core"] = [],
        ["Protocol"] = ["Core"],
        ["Orchestrator"] = ["Core", "Protocol"],
        ["Compute"] = ["Core", "Protocol"],
        ["Worker"] = [],
        ["Cli"] = ["Core", "Protocol", "Orchestrator", "Compute"],
    };

    [Fact]
    public void Projects_reference_each_other_one_way_only() => Rule.Holds(
        "These references point the wrong way (ARCHITECTURE.md, projects):",
        from path in Projects
        from reference in References(path, "ProjectReference").Select(Path.GetFileNameWithoutExtension)
        where !_allowed[Path.GetFileNameWithoutExtension(path)].Contains(reference)
        select $"{path} references {reference}");

    [Fact]
    public void Every_project_in_src_has_its_place_among_the_references() => Rule.Holds(
        "Add these projects to ProjectReferenceTests:",
        Projects.Where(path => !_allowed.ContainsKey(Path.GetFileNameWithoutExtension(path))));

    /// <summary>Calendar arithmetic: when a cron line fires next is for planning to know, and it does no IO.</summary>
    [Fact]
    public void Core_depends_on_Cronos_only() => Assert.Equal(["Cronos"], References("src/Core/Core.csproj", "PackageReference"));

    [Fact]
    public void The_worker_depends_on_Wasmtime_only() =>
        Assert.Equal(["Wasmtime"], References("src/Worker/Worker.csproj", "PackageReference"));

    private static IEnumerable<string> Projects =>
        Repository.FilesNamed(".csproj").Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Parse(Repository.Read(project)).Descendants(kind).Select(element => element.Attribute("Include")!.Value.Replace('\\', '/'));
}
