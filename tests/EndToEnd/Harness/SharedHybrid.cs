namespace Bacalhau.EndToEnd.Harness;

/// <summary>One hybrid node for all tests of a class, started by the first that needs it.</summary>
public sealed class SharedHybrid : IDisposable
{
    private readonly Lazy<Cluster> cluster = new(() => new Cluster());
    private readonly SemaphoreSlim gate = new(1);
    private Node? node;

    internal Cluster Cluster => cluster.Value;

    internal async Task<Node> NodeAsync()
    {
        _ = Binary.Path;
        await gate.WaitAsync();
        try
        {
            return node ??= await Cluster.StartHybridAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    internal async Task<CommandResult> CommandAsync(params string[] arguments) =>
        await Commands.RunAsync(Cluster.Folder, await NodeAsync(), arguments);

    public void Dispose()
    {
        gate.Dispose();
        if (cluster.IsValueCreated)
        {
            cluster.Value.Dispose();
        }
    }
}
