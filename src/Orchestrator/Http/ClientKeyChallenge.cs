using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// The old way of logging in, which existing clients go through before their first call (spec: http-api.md §8.1): the client signs this node's name and
/// gets a token. Nobody checks such a token here, since a server without users is open; its key lives as long as the process.
/// </summary>
internal sealed class ClientKeyChallenge(NodeId node, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan _validity = TimeSpan.FromDays(30);

    private readonly byte[] phrase = Encoding.UTF8.GetBytes(node.Value);
    private readonly Lazy<RSA> key = new(() => RSA.Create(2048));

    /// <summary>What a client has to do.</summary>
    public AuthMethodView Requirement => new(AuthMethodView.Challenge, new ChallengeView(phrase));

    /// <summary>Checks an answer to the challenge.</summary>
    /// <param name="methodData">JSON of <see cref="SignedChallenge"/>.</param>
    /// <returns>The outcome; null when the data cannot be read at all.</returns>
    public AuthenticationView? Authenticate(byte[] methodData)
    {
        SignedChallenge? signed;
        try
        {
            signed = JsonSerializer.Deserialize(methodData, ApiJson.Wire.SignedChallenge);
        }
        catch (JsonException)
        {
            return null;
        }

        if (signed is null)
        {
            return null;
        }

        using var client = RSA.Create();
        if (!TryImport(client, signed.PublicKey))
        {
            return Refused("the public key cannot be read; send the PKCS#1 form as base64");
        }

        var signature = Decode(signed.PhraseSignature);
        if (signature is null)
        {
            return Refused("the signature is not base64");
        }

        return client.VerifyData(phrase, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ? new AuthenticationView(true, Token: TokenFor(client))
            : Refused("the signature does not belong to this phrase and key");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (key.IsValueCreated)
        {
            key.Value.Dispose();
        }
    }

    private static AuthenticationView Refused(string reason) => new(false, Reason: reason);

    private static byte[]? Decode(string base64)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out var length) ? buffer[..length] : null;
    }

    private static bool TryImport(RSA client, string publicKey)
    {
        if (Decode(publicKey) is not { } der)
        {
            return false;
        }

        try
        {
            client.ImportRSAPublicKey(der, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>A token of the reference's form: its times are microseconds with an exponent.</summary>
    private string TokenFor(RSA client)
    {
        var modulus = new BigInteger(client.ExportParameters(false).Modulus!, isUnsigned: true, isBigEndian: true);
        var clientId = Convert.ToHexStringLower(SHA256.HashData(modulus.ToByteArray(isUnsigned: true, isBigEndian: true)));
        var now = clock.GetUtcNow();
        var quoted = JsonEncodedText.Encode(node.Value);
        var claims = $$"""
            {"aud":["{{quoted}}"],"exp":{{Microseconds(now + _validity)}},"iat":{{Microseconds(now)}},"iss":"{{quoted}}","ns":{"*":5,"{{clientId}}":15},"sub":"{{clientId}}"}
            """;
        var head = $"{Encoded("""{"alg":"RS256","typ":"JWT"}""")}.{Encoded(claims)}";
        var signature = key.Value.SignData(Encoding.ASCII.GetBytes(head), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{head}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encoded(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static string Microseconds(DateTimeOffset time) =>
        (time.ToUnixTimeMilliseconds() * 1000.0).ToString("0.###############e+00", CultureInfo.InvariantCulture);
}
