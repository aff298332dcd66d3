using System.Text;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using NATS.NKeys;

namespace Bacalhau.Compute.Node;

/// <summary>
/// Who a node is: its id and its key, kept in its data directory, which is locked while this object lives. The key never leaves the node.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream lockFile;

    private NodeIdentity(NodeId id, string seed, FileStream lockFile)
    {
        (Id, Seed, this.lockFile) = (id, seed, lockFile);
        using var pair = KeyPair.FromSeed(seed);
        PublicKey = pair.GetPublicKey();
    }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>Public nkey, <c>U…</c>.</summary>
    public string PublicKey { get; }

    /// <summary>Seed of the nkey, <c>SU…</c>. A secret.</summary>
    public string Seed { get; }

    /// <summary>Opens the identity kept in a folder, or makes one.</summary>
    /// <param name="folder">The node's data directory; made if it is not there.</param>
    /// <param name="name">Name that the operator gave the node; null to keep the one it has, or to be given a random one.</param>
    /// <param name="ids">Where a new id comes from.</param>
    /// <exception cref="NodeRefusedException">Another process uses the folder, it belongs to a node of another name, or its key is not readable.</exception>
    public static NodeIdentity Open(string folder, string? name, IIdSource ids)
    {
        MakePrivate(folder);
        var lockFile = Lock(folder);
        try
        {
            return new NodeIdentity(ReadId(folder, name, ids), ReadSeed(folder), lockFile);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    /// <summary>The question by which the node makes itself known, with the proof that it holds its key.</summary>
    public JoinRequest CreateJoinRequest()
    {
        using var pair = KeyPair.FromSeed(Seed);
        var proof = new byte[64];
        pair.Sign(Encoding.UTF8.GetBytes($"{Id.Value}\n{PublicKey}"), proof);
        return new JoinRequest { NodeId = Id.Value, PublicKey = PublicKey, Proof = proof };
    }

    /// <inheritdoc/>
    public void Dispose() => lockFile.Dispose();

    /// <summary>The folder holds jobs with what is secret in them, so a new one is its owner's alone.</summary>
    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            // On Unix the runtime takes FileShare.None as an flock, which the kernel releases when the process ends, however it ends.
            return new FileStream(Path.Combine(folder, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new NodeRefusedException(
                $"The data directory {folder} is used by another process. Stop that one, or give this node a data directory of its own.", exception);
        }
    }

    private static NodeId ReadId(string folder, string? name, IIdSource ids)
    {
        var file = Path.Combine(folder, "node.id");
        var known = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        if (known.Length == 0)
        {
            var id = string.IsNullOrEmpty(name) ? $"n-{ids.Next():D}" : Check(name);
            Write(file, id);
            return new NodeId(id);
        }

        return string.IsNullOrEmpty(name) || name == known
            ? new NodeId(known)
            : throw new NodeRefusedException(
                $"The data directory {folder} belongs to node '{known}', but the configuration names this node '{name}'. Give it a data directory of its own, or its old name.");
    }

    /// <summary>The id is part of message subjects and folder names.</summary>
    private static string Check(string name) =>
        name.Length <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? name
            : throw new NodeRefusedException($"The node name '{name}' is not possible. Use at most 100 letters, digits, '-' and '_'.");

    private static string ReadSeed(string folder)
    {
        var file = Path.Combine(folder, "node.key");
        if (!File.Exists(file))
        {
            using var made = KeyPair.CreatePair(PrefixByte.User);
            Write(file, made.GetSeed());
        }

        var seed = File.ReadAllText(file).Trim();
        try
        {
            using var pair = KeyPair.FromSeed(seed);
            return seed;
        }
        catch (Exception exception) when (exception is NKeysException or ArgumentException or FormatException)
        {
            throw new NodeRefusedException(
                $"The node's key in {file} is damaged. Restore it, or delete it and approve the node anew with its new key.", exception);
        }
    }

    /// <summary>Written beside, then renamed: a crash leaves the old file or the new one.</summary>
    private static void Write(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(file + ".new", options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + ".new", file, overwrite: true);
    }
}
