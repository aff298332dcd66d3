using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bacalhau.Tidy.Tests;

public sealed partial class JsonContractTests
{
    [Fact]
    public void Contracts_take_their_defaults_in_the_constructor() => Rule.Holds(
        "Source-generated JSON loses initialisers of init properties: use a constructor default, or get and set:",
        from contract in Contracts()
        from property in contract.Type.Members.OfType<PropertyDeclarationSyntax>()
        where property.Initializer is not null
            && property.AccessorList?.Accessors.Any(accessor => accessor.Keyword.Text == "init") == true
        select $"{contract.File.PlaceOf(property)}: {contract.Type.Identifier.Text}.{property.Identifier.Text}");

    /// <summary>The types that some JsonSerializerContext names, and those that their properties and constructors mention.</summary>
    private static IEnumerable<(CodeFile File, TypeDeclarationSyntax Type)> Contracts()
    {
        var declared = (from file in Repository.Code
                        where !file.IsTest
                        from type in file.Types.OfType<TypeDeclarationSyntax>()
                        select (File: file, Type: type)).ToLookup(found => found.Type.Identifier.Text);
        var seen = new HashSet<string>();
        var waiting = new Queue<string>(NamesInContexts());
        while (waiting.TryDequeue(out var name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            foreach (var found in declared[name])
            {
                yield return found;
                MentionedTypes(found.Type).ToList().ForEach(waiting.Enqueue);
            }
        }
    }

    private static IEnumerable<string> NamesInContexts() =>
        from file in Repository.Code
        where !file.IsTest
        from attribute in file.Syntax.DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() is "JsonSerializable" or "JsonSerializableAttribute"
        from name in Names(attribute.ToString())
        select name;

    private static IEnumerable<string> MentionedTypes(TypeDeclarationSyntax type) =>
        type.Members.OfType<PropertyDeclarationSyntax>().SelectMany(property => Names(property.Type.ToString()))
            .Concat(type.ParameterList?.Parameters.SelectMany(parameter => Names(parameter.Type?.ToString() ?? "")) ?? []);

    private static IEnumerable<string> Names(string text) => NamePattern().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex NamePattern();
}
