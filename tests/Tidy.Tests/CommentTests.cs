using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Bacalhau.Tidy.Tests;

public sealed partial class CommentTests
{
    [Fact]
    public void No_file_is_folded_into_regions() => Rule.Holds(
        "Split the file instead of folding it:",
        from file in Repository.Code
        from trivia in file.Syntax.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select file.PlaceOf(trivia));

    [Fact]
    public void Unfinished_work_names_its_issue() => Rule.Holds(
        "Write TODO(#123), with the number of an open issue, or do it now:",
        from path in Repository.FilesNamed(".cs", ".sh", ".csproj", ".props", ".md", ".yaml")
        where !path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal)
        from line in Repository.Lines(path)
        where UnfinishedPattern().IsMatch(line.Text) && !NumberedPattern().IsMatch(line.Text)
        select $"{path}:{line.Number}");

    [Fact]
    public void Code_is_deleted_and_not_commented_out() => Rule.Holds(
        "Delete the code; the history keeps it:",
        from file in Repository.Code
        from trivia in file.Syntax.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) && CodePattern().IsMatch(trivia.ToString())
        select $"{file.PlaceOf(trivia)}: {trivia}");

    [Fact]
    public void A_suppressed_warning_gives_its_reason_on_the_same_line() => Rule.Holds(
        "Write the reason as a comment on the same line (or as Justification of the attribute):",
        from path in Repository.FilesNamed(".cs", ".csproj", ".props")
        where !path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal)
        from line in Repository.Lines(path)
        where SuppressionPattern().IsMatch(line.Text) && !ReasonPattern().IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}");

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex UnfinishedPattern();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\(#\d+\)")]
    private static partial Regex NumberedPattern();

    /// <summary>A comment that ends as only a statement ends, or begins as only code begins.</summary>
    [GeneratedRegex(@"^//\s*((var|await|return|if \(|foreach \(|using var|public|private|internal) .*[;{]|[\w.]+\(.*\);|[\w.]+ = .*;|\})\s*$")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"#pragma warning disable|SuppressMessage\(|<NoWarn>|<WarningsNotAsErrors>|#nullable disable")]
    private static partial Regex SuppressionPattern();

    [GeneratedRegex(@"(#pragma|#nullable).*//\s*\w|Justification\s*=\s*""\w|<(NoWarn|WarningsNotAsErrors)>.*<!--\s*\w")]
    private static partial Regex ReasonPattern();
}
