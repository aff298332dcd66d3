using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bacalhau.Tidy.Tests;

/// <summary>A C# source file, parsed.</summary>
internal sealed record CodeFile(string Path, string Text, CompilationUnitSyntax Syntax)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public int LineCount => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    /// <summary>The file's name up to its first dot: <c>PlanApplier</c> for <c>PlanApplier.Log.cs</c>.</summary>
    public string Stem => System.IO.Path.GetFileName(Path).Split('.')[0];

    public IEnumerable<BaseTypeDeclarationSyntax> Types => Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>();

    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes => Syntax.DescendantNodes()
        .OfType<MemberDeclarationSyntax>()
        .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
            && node.Parent is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax);

    public static CodeFile Read(string path, string text) =>
        new(path, text, CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot());

    /// <summary>Where a node stands, as <c>path:line</c>.</summary>
    public string PlaceOf(SyntaxNode node) => $"{Path}:{LineOf(node.SpanStart)}";

    public string PlaceOf(SyntaxTrivia trivia) => $"{Path}:{LineOf(trivia.SpanStart)}";

    public static int LinesOf(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private int LineOf(int position) => Syntax.SyntaxTree.GetLineSpan(new(position, 0)).StartLinePosition.Line + 1;
}
