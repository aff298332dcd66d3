using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// Query parameters by the reference's rules (spec: http-api.md §1.4): names without case, the first of repeated ones, an empty value is no value,
/// a bad value is a 400.
/// </summary>
internal readonly struct RequestQuery(HttpContext context)
{
    private readonly IQueryCollection query = context.Request.Query;

    /// <summary>The text, or empty.</summary>
    public string Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>All values of a repeatable parameter, without empty ones, joined by commas.</summary>
    public string Joined(string name) => query.TryGetValue(name, out var values) ? string.Join(',', values.Where(value => !string.IsNullOrEmpty(value))) : "";

    /// <summary>A flag, false if not given.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        "" or "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        var value => throw Bad(name, value, "true or false"),
    };

    /// <summary>A count of 32 bits, 0 if not given.</summary>
    public int Count(string name) => Text(name) is not { Length: > 0 } value ? 0
        : uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (int)Math.Min(number, int.MaxValue)
        : throw Bad(name, value, "a whole number from 0 to 4294967295");

    /// <summary>A version, 0 if not given.</summary>
    public long Version(string name) => Text(name) is not { Length: > 0 } value ? 0
        : ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (long)Math.Min(number, long.MaxValue)
        : throw Bad(name, value, "a whole number not below 0");

    /// <summary>A number of 64 bits, 0 if not given.</summary>
    public long Number(string name) => Text(name) is not { Length: > 0 } value ? 0
        : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(name, value, "a whole number");

    private static ApiProblemException Bad(string name, string value, string wanted) =>
        new(ApiProblem.Unreadable($"the parameter {name} cannot be \"{value}\"; it must be {wanted}"));
}
