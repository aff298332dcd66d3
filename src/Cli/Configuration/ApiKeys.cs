using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys of the HTTP API, for servers and for clients.</summary>
internal static class ApiKeys
{
    /// <summary>Where a server listens and a client connects.</summary>
    public static readonly ConfigKey Host = Text("API.Host", "Address the API listens on, and clients connect to", "0.0.0.0");

    /// <summary>Port of the API.</summary>
    public static readonly ConfigKey Port = Number("API.Port", "Port the API listens on, and clients connect to; 0 takes a free one", 1234);

    /// <summary>The old handshake, which clients of the reference begin with.</summary>
    public static readonly ConfigKey Methods = Structure("API.Auth.Methods", "Old ways to authenticate, by name", ChallengeOnly());

    /// <summary>All keys of this part, in the order in which a file shows them.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        Host,
        Port,
        Text("API.TLS.CertFile", "Certificate file of the API server"),
        Text("API.TLS.KeyFile", "Key file of the API server's certificate"),
        Text("API.TLS.CAFile", "Certificate authority that clients trust"),
        Flag("API.TLS.UseTLS", "Clients connect with https"),
        Flag("API.TLS.Insecure", "Clients do not verify the server's certificate"),
        Flag("API.TLS.SelfSigned", "The server makes a certificate of its own at start"),
        Text("API.TLS.AutoCert", "Domain for which a certificate is fetched by ACME"),
        Text("API.TLS.AutoCertCachePath", "Folder in which fetched certificates are kept"),
        Methods,
        Text("API.Auth.AccessPolicyPath", "Policy file of older versions; refused at start"),
        Structure("API.Auth.Users", "Users with their credentials and capabilities", ListValue.Empty),
        Text("API.Auth.Oauth2.ProviderID", "Short name of the identity provider"),
        Text("API.Auth.Oauth2.ProviderName", "Name of the identity provider, for people"),
        Text("API.Auth.Oauth2.JWKSUri", "Where the provider publishes its keys"),
        Text("API.Auth.Oauth2.Issuer", "Issuer that tokens must name"),
        Text("API.Auth.Oauth2.Audience", "Audience that tokens must name"),
        Text("API.Auth.Oauth2.DeviceClientID", "Client name for the device flow"),
        Text("API.Auth.Oauth2.DeviceAuthorizationEndpoint", "Where the device flow begins"),
        Text("API.Auth.Oauth2.TokenEndpoint", "Where the device flow gets its token"),
        Number("API.Auth.Oauth2.PollingInterval", "Seconds between two questions for the token"),
        List("API.Auth.Oauth2.Scopes", "Scopes to ask for"),
        Number("API.RateLimit", "Requests a second for one client address; loopback is exempt, 0 is no limit", 1000),
        List("API.AllowedOrigins", "Web origins whose pages may call the API"),
        List("API.AllowedHosts", "Host names under which local browsers may call the API"),
    ];

    private static MapValue ChallengeOnly()
    {
        var challenge = new MapValue(MapValue.Empty.Entries.Add("Type", ConfigValue.Of("challenge")));
        return new(MapValue.Empty.Entries.Add("ClientKey", challenge));
    }
}
