using System.Security.Cryptography;
using System.Text;
using Bacalhau.Core;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Answers to the challenge of the old login, good and bad ones, by their placeholders in the recordings.</summary>
internal static class ClientKeyAnswers
{
    public static IReadOnlyDictionary<string, string> Names(NodeId node)
    {
        using var key = RSA.Create(2048);
        var pkcs1 = Convert.ToBase64String(key.ExportRSAPublicKey());
        return new Dictionary<string, string>
        {
            ["signed"] = Answer(Signature(key, node.Value), pkcs1),
            ["wrong-phrase"] = Answer(Signature(key, "another node"), pkcs1),
            ["bad-signature"] = Answer("!!!", pkcs1),
            ["spki-key"] = Answer(Signature(key, node.Value), Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())),
        };
    }

    private static string Signature(RSA key, string phrase) =>
        Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(phrase), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private static string Answer(string signature, string publicKey) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"PhraseSignature":"{{signature}}","PublicKey":"{{publicKey}}"}"""));
}
