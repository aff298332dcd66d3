using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>The HTTP API, for servers and for clients.</summary>
/// <param name="Host">Address to listen on, or to connect to.</param>
/// <param name="Port">Port; 0 takes a free one.</param>
/// <param name="Tls">Certificates and their checks.</param>
/// <param name="Auth">Users and identity providers.</param>
/// <param name="RateLimit">Requests a second for one client address; 0 is no limit.</param>
/// <param name="AllowedOrigins">Web origins whose pages may call.</param>
/// <param name="AllowedHosts">Host names under which local browsers may call.</param>
internal sealed record ApiConfig(
    string Host,
    int Port,
    ApiTlsConfig Tls,
    ApiAuthConfig Auth,
    int RateLimit,
    ImmutableArray<string> AllowedOrigins,
    ImmutableArray<string> AllowedHosts);

/// <summary>TLS of the API. The first, second and last three are for servers, the others for clients.</summary>
/// <param name="CertFile">The server's certificate.</param>
/// <param name="KeyFile">Its key.</param>
/// <param name="CAFile">What clients trust.</param>
/// <param name="UseTls">Whether clients use https.</param>
/// <param name="Insecure">Whether clients leave out the check.</param>
/// <param name="SelfSigned">Whether the server makes its own certificate.</param>
/// <param name="AutoCert">Domain for ACME.</param>
/// <param name="AutoCertCachePath">Folder of fetched certificates.</param>
internal sealed record ApiTlsConfig(
    string CertFile, string KeyFile, string CAFile, bool UseTls, bool Insecure, bool SelfSigned, string AutoCert, string AutoCertCachePath);

/// <summary>Who may use the API.</summary>
/// <param name="Methods">Old ways to authenticate, by name, with their type.</param>
/// <param name="Users">Users with their credentials.</param>
/// <param name="OAuth">The identity provider.</param>
internal sealed record ApiAuthConfig(ImmutableSortedDictionary<string, string> Methods, ImmutableArray<ApiUserConfig> Users, OAuthConfig OAuth);

/// <summary>A user with either a name and a password, or a key.</summary>
/// <param name="Alias">Name in logs; may be empty.</param>
/// <param name="Username">Name for Basic authentication.</param>
/// <param name="Password">Password, plain or as a bcrypt hash.</param>
/// <param name="ApiKey">Key for Bearer authentication.</param>
/// <param name="Capabilities">What the user may do, as <c>read:job</c>, <c>write:*</c>, <c>*</c>.</param>
internal sealed record ApiUserConfig(string Alias, string Username, string Password, string ApiKey, ImmutableArray<string> Capabilities)
{
    /// <summary>The user without secrets.</summary>
    public override string ToString() => Alias.Length > 0 ? Alias : Username;
}

/// <summary>An identity provider.</summary>
/// <param name="ProviderId">Short name; empty for none.</param>
/// <param name="ProviderName">Name for people.</param>
/// <param name="JwksUri">Where its keys are.</param>
/// <param name="Issuer">Issuer of its tokens.</param>
/// <param name="Audience">Audience of its tokens.</param>
/// <param name="DeviceClientId">Client name of the device flow.</param>
/// <param name="DeviceAuthorizationEndpoint">Start of the device flow.</param>
/// <param name="TokenEndpoint">End of the device flow.</param>
/// <param name="PollingInterval">Seconds between questions for the token.</param>
/// <param name="Scopes">Scopes to ask for.</param>
internal sealed record OAuthConfig(
    string ProviderId,
    string ProviderName,
    string JwksUri,
    string Issuer,
    string Audience,
    string DeviceClientId,
    string DeviceAuthorizationEndpoint,
    string TokenEndpoint,
    int PollingInterval,
    ImmutableArray<string> Scopes);
