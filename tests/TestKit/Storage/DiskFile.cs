namespace Bacalhau.TestKit.Storage;

/// <summary>A file on a disk that keeps for certain only what was synced.</summary>
internal sealed class DiskFile
{
    private readonly List<DiskOperation> unsynced = [];
    private byte[] content = [];

    /// <summary>Length of what is on the disk.</summary>
    public int Length { get; private set; }

    /// <summary>What is on the disk.</summary>
    public byte[] Content => content[..Length];

    /// <summary>Takes an operation in.</summary>
    public void Add(DiskOperation operation)
    {
        if (operation.Kind == DiskOperationKind.Sync)
        {
            unsynced.ForEach(Apply);
            unsynced.Clear();
        }
        else
        {
            unsynced.Add(operation);
        }
    }

    /// <summary>The power is cut: what was not synced is gone, but for what chance lets through.</summary>
    public void Survive(Random? chance)
    {
        foreach (var operation in unsynced.Where(_ => chance is not null && chance.Next(2) == 0))
        {
            Apply(operation);
        }
    }

    private void Apply(DiskOperation operation)
    {
        if (operation.Kind == DiskOperationKind.Truncate)
        {
            Resize((int)operation.Offset);
            return;
        }

        var end = (int)operation.Offset + operation.Bytes.Length;
        if (end > Length)
        {
            Resize(end);
        }

        operation.Bytes.CopyTo(content, operation.Offset);
    }

    private void Resize(int length)
    {
        if (length > content.Length)
        {
            Array.Resize(ref content, Math.Max(length, content.Length * 2));
        }

        if (length < Length)
        {
            Array.Clear(content, length, Length - length);
        }

        Length = length;
    }
}
