using System.Collections.Immutable;
using System.Globalization;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>The query of a request; empty values are left out, and a name has one value.</summary>
public sealed class ApiQuery
{
    private readonly ImmutableArray<(string Name, string Value)> values;

    /// <summary>The empty query.</summary>
    public ApiQuery()
        : this([])
    {
    }

    private ApiQuery(ImmutableArray<(string Name, string Value)> values) => this.values = values;

    /// <summary>The query with a text, in place of what it had of that name.</summary>
    public ApiQuery With(string name, string? value)
    {
        var others = values.RemoveAll(given => given.Name == name);
        return new(string.IsNullOrEmpty(value) ? others : others.Add((name, value)));
    }

    /// <summary>The query with a number that is not zero.</summary>
    public ApiQuery With(string name, long value) => With(name, value == 0 ? null : value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The query with a truth value that is true.</summary>
    public ApiQuery With(string name, bool value) => With(name, value ? "true" : null);

    /// <summary>The query with its question mark; empty for none.</summary>
    public override string ToString() =>
        values.IsEmpty ? "" : "?" + string.Join('&', values.Select(given => $"{given.Name}={Uri.EscapeDataString(given.Value)}"));
}
