using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Compute.Inputs.Local;

/// <summary>
/// A pattern over absolute paths: <c>*</c> and <c>?</c> stay within a folder, <c>**</c> as a whole component spans folders (none too),
/// <c>[a-z]</c>, <c>[!a]</c> and <c>{a,b}</c> as in shells, a backslash takes the next character as it is.
/// </summary>
internal sealed class PathGlob
{
    private const string Special = "*?[{\\";
    private readonly Regex rest;

    /// <exception cref="FormatException">The pattern is not absolute or a bracket is not closed.</exception>
    public PathGlob(string pattern)
    {
        if (!pattern.StartsWith('/'))
        {
            throw new FormatException($"'{pattern}' is not absolute");
        }

        pattern = pattern.Length > 1 ? pattern.TrimEnd('/') : pattern;
        var special = pattern.AsSpan().IndexOfAny(Special);
        var cut = special < 0 ? pattern.Length : pattern.LastIndexOf('/', special);
        Prefix = pattern[..cut];
        rest = new Regex("^" + Translate(pattern[cut..]) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }

    /// <summary>The folder or file before the first component with a special character.</summary>
    public string Prefix { get; }

    /// <summary>Whether the path matches, both with links resolved: the prefix too may lie behind a link.</summary>
    public bool IsMatch(string resolvedPath)
    {
        var prefix = Prefix.Length == 0 ? "" : RealPath.Of(Prefix).Path;
        prefix = prefix == "/" ? "" : prefix;
        return resolvedPath.StartsWith(prefix, StringComparison.Ordinal)
            && (resolvedPath.Length == prefix.Length || resolvedPath[prefix.Length] == '/')
            && rest.IsMatch(resolvedPath[prefix.Length..]);
    }

    private static string Translate(string glob)
    {
        var regex = new StringBuilder();
        var open = 0;
        for (var i = 0; i < glob.Length; i++)
        {
            var tail = glob.AsSpan(i);
            switch (glob[i])
            {
                case '/' when tail.SequenceEqual("/**"):
                    regex.Append("(/.*)?");
                    i += 2;
                    break;
                case '/' when tail.StartsWith("/**/"):
                    regex.Append("/(.*/)?");
                    i += 3;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[':
                    i = TranslateClass(glob, i, regex);
                    break;
                case '{':
                    open++;
                    regex.Append('(');
                    break;
                case '}' when open > 0:
                    open--;
                    regex.Append(')');
                    break;
                case ',' when open > 0:
                    regex.Append('|');
                    break;
                case '\\' when i + 1 < glob.Length:
                    regex.Append(Regex.Escape(glob[++i].ToString()));
                    break;
                default:
                    regex.Append(Regex.Escape(glob[i].ToString()));
                    break;
            }
        }

        return open == 0 ? regex.ToString() : throw new FormatException($"'{glob}' has an open '{{'");
    }

    private static int TranslateClass(string glob, int start, StringBuilder regex)
    {
        var end = glob.IndexOf(']', start + 2 < glob.Length ? start + 2 : start);
        if (end < 0)
        {
            throw new FormatException($"'{glob}' has an open '['");
        }

        var content = glob[(start + 1)..end];
        var isNegated = content[0] is '!' or '^';
        regex.Append(isNegated ? "[^/" : "[").Append(Regex.Escape(isNegated ? content[1..] : content).Replace("]", "\\]", StringComparison.Ordinal)).Append(']');
        return end;
    }
}
