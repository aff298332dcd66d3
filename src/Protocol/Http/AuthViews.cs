using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>One way to log in of the old kind (spec: http-api.md §8.1).</summary>
public sealed record AuthMethodView(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("params")] ChallengeView Params)
{
    /// <summary><see cref="Type"/> of a signed phrase.</summary>
    public const string Challenge = "challenge";
}

/// <summary>The phrase to be signed, as base64.</summary>
public sealed record ChallengeView(byte[] InputPhrase);

/// <summary>Answer of <c>GET /auth</c>.</summary>
public sealed record AuthMethodListView(string NextToken, ImmutableSortedDictionary<string, AuthMethodView> Methods);

/// <summary>Body of <c>POST /auth/{method}</c>; <c>MethodData</c> is JSON that depends on the method, as base64.</summary>
public sealed record AuthenticateRequest(byte[]? MethodData = null);

/// <summary>What <c>MethodData</c> holds for a challenge: the signature and the PKCS#1 public key, both as base64.</summary>
public sealed record SignedChallenge(string PhraseSignature = "", string PublicKey = "");

/// <summary>Answer of <c>POST /auth/{method}</c>.</summary>
public sealed record AuthenticateResponse(AuthenticationView Authentication);

/// <summary>Whether the client is known now, with its token, or why it is not.</summary>
public sealed record AuthenticationView(
    [property: JsonPropertyName("success")] bool Success,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonPropertyName("token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Token = null);
