using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bacalhau.Tidy.Tests;

public sealed class SizeTests
{
    /// <summary>Files that may be longer than the limit, each with the reason.</summary>
    private static readonly Dictionary<string, string> _longFiles = [];

    /// <summary>Methods that may be longer than the limit, as <c>path:method</c>, each with the reason.</summary>
    private static readonly Dictionary<string, string> _longMethods = [];

    [Fact]
    public void Files_have_at_most_500_lines()
    {
        foreach (var file in Repository.Code.Where(file => file.LineCount > 300))
        {
            TestContext.Current.AddWarning($"{file.Path} has {file.LineCount} lines: can it be split by idea?");
        }

        Rule.Holds(
            "Split these files by idea, or list them in SizeTests with the reason why they are long:",
            from file in Repository.Code
            where file.LineCount > 500 && !_longFiles.ContainsKey(file.Path)
            select $"{file.Path}: {file.LineCount} lines");
    }

    [Fact]
    public void Methods_have_at_most_70_lines() => Rule.Holds(
        "Split these methods, or list them in SizeTests with the reason why they are long:",
        from file in Repository.Code
        from method in file.Syntax.DescendantNodes().Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax)
        let name = method switch
        {
            MethodDeclarationSyntax m => m.Identifier.Text,
            LocalFunctionStatementSyntax l => l.Identifier.Text,
            _ => "constructor or operator",
        }
        let length = CodeFile.LinesOf(method)
        where length > 70 && !_longMethods.ContainsKey($"{file.Path}:{name}")
        select $"{file.PlaceOf(method)}: {name} has {length} lines");

    [Fact]
    public void Exceptions_to_the_size_limits_are_still_needed() => Rule.Holds(
        "These files are listed in SizeTests but do not exist:",
        _longFiles.Keys.Concat(_longMethods.Keys.Select(key => key.Split(':')[0])).Where(path => !Repository.Exists(path)));
}
