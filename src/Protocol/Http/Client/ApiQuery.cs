using System.Globalization;
using System.Text;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>The query of a request; empty values are left out.</summary>
public sealed class ApiQuery
{
    private readonly StringBuilder text = new();

    /// <summary>Adds a text.</summary>
    public ApiQuery With(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Adds a number that is not zero.</summary>
    public ApiQuery With(string name, long value) => With(name, value == 0 ? null : value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a truth value that is true.</summary>
    public ApiQuery With(string name, bool value) => With(name, value ? "true" : null);

    /// <summary>The query with its question mark; empty for none.</summary>
    public override string ToString() => text.ToString();
}
