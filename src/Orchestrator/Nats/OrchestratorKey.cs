using NATS.NKeys;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>The orchestrator's own key to its message server, kept in a file that only its user can read.</summary>
/// <param name="Seed">Seed of the nkey. A secret.</param>
/// <param name="PublicKey">Public nkey.</param>
internal sealed record OrchestratorKey(string Seed, string PublicKey)
{
    /// <summary>Reads the key of a folder, or makes one. A damaged one is replaced: nobody else knows it.</summary>
    public static OrchestratorKey Open(string folder)
    {
        var file = Path.Combine(folder, "orchestrator.nkey");
        if (File.Exists(file) && Read(File.ReadAllText(file).Trim()) is { } known)
        {
            return known;
        }

        using var pair = KeyPair.CreatePair(PrefixByte.User);
        PrivateFile.Write(file, pair.GetSeed() + "\n");
        return new OrchestratorKey(pair.GetSeed(), pair.GetPublicKey());
    }

    private static OrchestratorKey? Read(string seed)
    {
        try
        {
            using var pair = KeyPair.FromSeed(seed);
            return new OrchestratorKey(seed, pair.GetPublicKey());
        }
        catch (Exception exception) when (exception is NKeysException or ArgumentException or FormatException)
        {
            return null;
        }
    }
}
