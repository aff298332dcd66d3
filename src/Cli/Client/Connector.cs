using System.Globalization;
using System.Text;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Parsing;
using Bacalhau.Cli.Profiles;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Client;

/// <summary>Finds the server a command talks to, and what to show it: explicit address, then profile, then the default address.</summary>
internal static class Connector
{
    private const string AnyHost = "0.0.0.0";
    private const int DefaultPort = 1234;

    /// <summary>A client of the server that the command line, environment, files and profiles name.</summary>
    /// <exception cref="CliException">What they name is no address.</exception>
    public static ApiClient Connect(Invocation invocation, bool authenticates = true)
    {
        var api = invocation.RequireConfig().Api;
        var store = new ProfileStore(invocation.Settings[GeneralKeys.DataDir].ToString());
        var isExplicit = api.Host != AnyHost || api.Port != DefaultPort;
        var profile = isExplicit ? null : ChosenProfile(invocation, store);
        var address = profile is null ? AddressOf(api) : AddressOf(profile);
        var authorization = authenticates ? Authorization(invocation, profile, address) : "";
        try
        {
            return new(profile is null
                ? new(address, authorization, api.Tls.Insecure, api.Tls.CAFile.Length > 0 ? invocation.Host.PathOf(api.Tls.CAFile) : "")
                : new(address, authorization, profile.IsInsecure));
        }
        catch (ApiFailureException problem)
        {
            throw new CliException(problem.Message, problem.Hint);
        }
    }

    /// <summary>The address that the API's keys name.</summary>
    /// <exception cref="CliException">They name none.</exception>
    public static Uri AddressOf(ApiConfig api)
    {
        if (Uri.TryCreate(api.Host, UriKind.Absolute, out var given) && given.Scheme is "http" or "https" && given.Host.Length > 0)
        {
            return given.PathAndQuery == "/" && given.Fragment.Length == 0
                ? new UriBuilder(given.Scheme, given.Host, HasPort(api.Host, given) ? given.Port : api.Port).Uri
                : throw new CliException($"API.Host \"{api.Host}\" has a path", "Give scheme, host and port only, as http://host:1234");
        }
        var scheme = api.Tls.UseTls ? "https" : "http";
        var host = api.Host switch
        {
            AnyHost or "" => "127.0.0.1",
            "::" => "[::1]",
            var text => System.Net.IPAddress.TryParse(text, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : text,
        };
        var hasPort = !host.StartsWith('[') && host.Contains(':', StringComparison.Ordinal);
        var address = hasPort ? $"{scheme}://{host}" : string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{api.Port}");
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.PathAndQuery == "/"
            ? uri
            : throw new CliException($"API.Host \"{api.Host}\" is no host name, address or URL", "For example --api-host 10.0.0.5 or --api-host https://host:1234");
    }

    private static bool HasPort(string text, Uri uri) =>
        text.TrimEnd('/').EndsWith(string.Create(CultureInfo.InvariantCulture, $":{uri.Port}"), StringComparison.Ordinal);

    private static Uri AddressOf(Profile profile)
    {
        var text = profile.Endpoint.Contains("://", StringComparison.Ordinal) ? profile.Endpoint : "http://" + profile.Endpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? uri
            : throw new CliException(
                $"profile \"{profile.Name}\" has no usable endpoint: \"{profile.Endpoint}\"", $"Run 'bacalhau profile save {profile.Name} --endpoint http://host:1234'");
    }

    private static Profile? ChosenProfile(Invocation invocation, ProfileStore store)
    {
        var name = invocation.Get(GlobalFlags.Profile) is { Length: > 0 } flag ? flag : invocation.Host.Variable("BACALHAU_PROFILE");
        if (!string.IsNullOrEmpty(name))
            return store.Find(name) ?? throw new CliException($"profile \"{name}\" not found", "Run 'bacalhau profile list' for the saved ones");
        return store.Current is { } current ? store.Find(current) : null;
    }

    private static string Authorization(Invocation invocation, Profile? profile, Uri address)
    {
        const string Failed = "failed to create api client: authentication error: ";
        var key = invocation.Host.Variable("BACALHAU_API_KEY")?.Trim() ?? "";
        var user = invocation.Host.Variable("BACALHAU_API_USERNAME")?.Trim() ?? "";
        var password = invocation.Host.Variable("BACALHAU_API_PASSWORD")?.Trim() ?? "";
        if (key.Length > 0 && (user.Length > 0 || password.Length > 0))
            throw new CliException(Failed + "BACALHAU_API_KEY and BACALHAU_API_USERNAME/BACALHAU_API_PASSWORD exclude each other", "Unset one of them");
        if (user.Length > 0 && password.Length == 0)
            throw new CliException(Failed + "BACALHAU_API_USERNAME provided but not BACALHAU_API_PASSWORD");
        if (password.Length > 0 && user.Length == 0)
            throw new CliException(Failed + "BACALHAU_API_PASSWORD provided but not BACALHAU_API_USERNAME");
        if (key.Length > 0)
            return "Bearer " + key;
        if (user.Length > 0)
            return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        var token = profile?.Token is { Length: > 0 } saved ? saved : StoredToken(invocation, address);
        return token.Length > 0 ? "Bearer " + token : "";
    }

    private static string StoredToken(Invocation invocation, Uri address)
    {
        var endpoint = address.GetLeftPart(UriPartial.Authority);
        foreach (var name in (string[])["jwt-tokens.json", "tokens.json"])
        {
            var path = Path.Combine(invocation.Settings[GeneralKeys.DataDir].ToString(), name);
            if (File.Exists(path) && TokenIn(path, endpoint) is { Length: > 0 } token)
                return token;
        }
        return "";
    }

    private static string? TokenIn(string path, string endpoint)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(endpoint, out var token) ? token.GetString() : null;
        }
        catch (JsonException)
        {
            throw new CliException($"the token file \"{path}\" is damaged", "Remove it and log in again");
        }
    }
}
