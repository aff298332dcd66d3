using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bacalhau.Tidy.Tests;

public sealed class NameTests
{
    private static readonly string[] _emptyEndings = ["Manager", "Helper", "Helpers", "Utils", "Util", "Utilities", "Common", "Impl", "Data", "Info"];

    /// <summary>Names that the public HTTP API fixes.</summary>
    private static readonly string[] _publicNames = ["BuildVersionInfo", "NodeInfo", "ComputeNodeInfo"];

    /// <summary>A type that stands beside another file's main type is at most this long.</summary>
    private const int CompanionLines = 60;

    [Fact]
    public void Types_are_called_what_they_are() => Rule.Holds(
        "Say what the type is; these endings say nothing:",
        from file in Repository.Code
        from type in file.Types
        let name = type.Identifier.Text
        where !_publicNames.Contains(name) && SaysNothing(name)
        select $"{file.PlaceOf(type)}: {name}");

    [Fact]
    public void Folders_are_features_and_not_kinds_of_code() => Rule.Holds(
        "Name the folder after a feature:",
        from path in Repository.FilesNamed(".cs")
        from part in path.Split('/')[..^1]
        where part is "Models" or "Interfaces" or "Helpers" or "Utils" or "Common" or "Extensions" or "Services"
        select path);

    [Fact]
    public void A_file_is_named_after_its_main_type() => Rule.Holds(
        $"A file with one type bears its name; in a file with several, the others are companions of at most {CompanionLines} lines:",
        from file in Repository.Code
        let types = file.TopLevelTypes.ToList()
        where types.Count > 0 && file.Stem != "Program"
        let main = types.Where(type => NameOf(type) == file.Stem).ToList()
        from type in types.Except(main)
        where types.Count == 1 || CodeFile.LinesOf(type) > CompanionLines
        select $"{file.PlaceOf(type)}: {NameOf(type)}");

    private static bool SaysNothing(string name) =>
        _emptyEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        || (name.StartsWith("Base", StringComparison.Ordinal) && name.Length > 4 && char.IsUpper(name[4]));

    private static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declared => declared.Identifier.Text,
        DelegateDeclarationSyntax declared => declared.Identifier.Text,
        _ => "",
    };
}
