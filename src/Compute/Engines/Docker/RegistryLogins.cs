using System.Text;
using System.Text.Json;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Logins of this node at image registries; each goes to its own registry and to no other.</summary>
internal sealed class RegistryLogins(DockerOptions options)
{
    /// <summary>How the docker client's configuration calls Docker Hub.</summary>
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>The login for a registry; null for none. Read anew each time, so that a login takes effect without a restart.</summary>
    public AuthConfig? Find(string registry)
    {
        if (registry == ImageName.Hub && options.HubUsername.Length > 0 && options.HubPassword.Length > 0)
        {
            return new AuthConfig { Username = options.HubUsername, Password = options.HubPassword, ServerAddress = HubKey };
        }

        var path = Path.Combine(options.ClientConfigFolder, "config.json");
        if (options.ClientConfigFolder.Length == 0 || !File.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return Find(json.RootElement, registry == ImageName.Hub ? HubKey : registry);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            // A damaged file of the docker client is as no login: the registry then says what it wants.
            return null;
        }
    }

    private static AuthConfig? Find(JsonElement config, string key)
    {
        if (!config.TryGetProperty("auths", out var auths) || !auths.TryGetProperty(key, out var login)
            || !login.TryGetProperty("auth", out var encoded) || encoded.GetString() is not { Length: > 0 } text)
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(text)).Split(':', 2);
        return pair.Length == 2 ? new AuthConfig { Username = pair[0], Password = pair[1], ServerAddress = key } : null;
    }
}
