namespace Bacalhau.Cli.Tests.Support;

/// <summary>Keeps what a command prints, and interrupts the command once it has printed a text.</summary>
/// <param name="text">The text; null never to interrupt.</param>
internal sealed class WatchedOutput(string? text) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
{
    private readonly CancellationTokenSource interrupt = new();

    /// <summary>Cancelled once the text was printed.</summary>
    public CancellationToken Interrupted => interrupt.Token;

    public override void Write(string? value)
    {
        base.Write(value);
        Look();
    }

    public override void Flush() => Look();

    public override Task FlushAsync()
    {
        Look();
        return Task.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => FlushAsync();

    protected override void Dispose(bool disposing)
    {
        interrupt.Dispose();
        base.Dispose(disposing);
    }

    private void Look()
    {
        if (text is not null && !interrupt.IsCancellationRequested && ToString().Contains(text, StringComparison.Ordinal))
            interrupt.Cancel();
    }
}
