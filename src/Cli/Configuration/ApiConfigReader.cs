using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Configuration;

/// <summary>Reads the API's part of the configuration.</summary>
internal static class ApiConfigReader
{
    /// <summary>The API's part.</summary>
    public static ApiConfig Read(ConfigReader reader)
    {
        var tls = new ApiTlsConfig(
            reader.Text("API.TLS.CertFile"),
            reader.Text("API.TLS.KeyFile"),
            reader.Text("API.TLS.CAFile"),
            reader.Flag("API.TLS.UseTLS"),
            reader.Flag("API.TLS.Insecure"),
            reader.Flag("API.TLS.SelfSigned"),
            reader.Text("API.TLS.AutoCert"),
            reader.Text("API.TLS.AutoCertCachePath"));
        if (tls.CertFile.Length > 0 != tls.KeyFile.Length > 0)
            reader.Report("API.TLS", "has a certificate without a key, or a key without a certificate", "set both API.TLS.CertFile and API.TLS.KeyFile, or none");
        if (reader.Text("API.Auth.AccessPolicyPath").Length > 0)
            reader.Report("API.Auth.AccessPolicyPath", "names a Rego policy, which this version does not run", "use API.Auth.Users with capabilities instead");
        return new(
            reader.Text("API.Host"),
            reader.Port("API.Port"),
            tls,
            new(Methods(reader), Users(reader), OAuth(reader)),
            (int)reader.Number("API.RateLimit", 0, int.MaxValue),
            reader.List("API.AllowedOrigins"),
            reader.List("API.AllowedHosts"));
    }

    private static OAuthConfig OAuth(ConfigReader reader)
    {
        const string Path = "API.Auth.Oauth2.";
        return new(
            reader.Text(Path + "ProviderID"),
            reader.Text(Path + "ProviderName"),
            reader.Text(Path + "JWKSUri"),
            reader.Text(Path + "Issuer"),
            reader.Text(Path + "Audience"),
            reader.Text(Path + "DeviceClientID"),
            reader.Text(Path + "DeviceAuthorizationEndpoint"),
            reader.Text(Path + "TokenEndpoint"),
            (int)reader.Number(Path + "PollingInterval", 0, 3600),
            reader.List(Path + "Scopes"));
    }

    private static ImmutableSortedDictionary<string, string> Methods(ConfigReader reader)
    {
        var methods = TextMap.Empty;
        if (reader.Structure("API.Auth.Methods") is not MapValue map)
        {
            reader.Report("API.Auth.Methods", "expects a map of names to types");
            return methods;
        }
        foreach (var (name, value) in map.Entries)
        {
            if ((value as MapValue)?.Find("Type") is TextValue type && type.Text.ToLowerInvariant() is "challenge" or "ask")
                methods = methods.SetItem(name, ((TextValue)((MapValue)value).Find("Type")!).Text.ToLowerInvariant());
            else
                reader.Report($"API.Auth.Methods[{name}]", "expects a map with a Type", "challenge or ask");
        }
        return methods;
    }

    private static ImmutableArray<ApiUserConfig> Users(ConfigReader reader)
    {
        if (reader.Structure("API.Auth.Users") is not ListValue list)
        {
            reader.Report("API.Auth.Users", "expects a list of users");
            return [];
        }
        var users = list.Items.Select((item, index) => User(reader, item as MapValue, $"API.Auth.Users[{index}]")).ToImmutableArray();
        ReportDoubles(reader, "alias", users.Select(user => user.Alias), StringComparer.OrdinalIgnoreCase);
        ReportDoubles(reader, "username", users.Select(user => user.Username), StringComparer.OrdinalIgnoreCase);
        ReportDoubles(reader, "API key", users.Select(user => user.ApiKey), StringComparer.Ordinal);
        return users;
    }

    private static ApiUserConfig User(ConfigReader reader, MapValue? map, string path)
    {
        var user = new ApiUserConfig(
            TextOf(map, "Alias"), TextOf(map, "Username"), TextOf(map, "Password"), TextOf(map, "APIKey"), Capabilities(map?.Find("Capabilities")));
        var hasName = user.Username.Length > 0 || user.Password.Length > 0;
        if (hasName == user.ApiKey.Length > 0)
            reader.Report(path, "needs either Username and Password, or APIKey");
        else if (hasName && (user.Username.Length is 0 or > 100 || !user.Username.All(char.IsAsciiLetterOrDigit)))
            reader.Report(path, "has a Username that is not 1 to 100 letters and digits");
        else if (hasName && user.Password.Length is < 10 or > 255)
            reader.Report(path, "has a Password that is not 10 to 255 characters long");
        else if (!hasName && user.ApiKey.Length is < 20 or > 255)
            reader.Report(path, "has an APIKey that is not 20 to 255 characters long");
        if (user.Capabilities.IsEmpty)
            reader.Report(path, "has no capability", "for example Capabilities: [{Actions: ['read:*']}]");
        return user;
    }

    private static ImmutableArray<string> Capabilities(ConfigValue? value) =>
        value is not ListValue list ? [] : [.. from item in list.Items.OfType<MapValue>()
                                               from action in (item.Find("Actions") as ListValue)?.Items ?? []
                                               select action.ToString()];

    private static string TextOf(MapValue? map, string name) => (map?.Find(name) as TextValue)?.Text ?? "";

    private static void ReportDoubles(ConfigReader reader, string what, IEnumerable<string> names, StringComparer comparer)
    {
        // Which name is double may be said of aliases only: the others are credentials.
        if (names.Where(name => name.Length > 0).GroupBy(name => name, comparer).Any(group => group.Count() > 1))
            reader.Report("API.Auth.Users", $"has two users with the same {what}");
    }
}
