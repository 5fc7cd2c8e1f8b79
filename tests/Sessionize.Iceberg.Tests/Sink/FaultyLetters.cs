using Sessionize.Sinks;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Dead letters in a file, with a step before and behind each call. Who crashes behind a write and before its flush leaves half a line.</summary>
internal sealed class FaultyLetters(string file, FaultPoint fault) : IDeadLetterSink
{
    private readonly NdjsonDeadLetterSink _inner = new(file);
    private bool _isUnflushed;

    public ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => fault.AroundAsync("writing letters", async () =>
    {
        await _inner.WriteAsync(letters, cancellationToken);
        _isUnflushed = letters.Count > 0;
    });

    public ValueTask FlushAsync(CancellationToken cancellationToken) => fault.AroundAsync("flushing letters", async () =>
    {
        await _inner.FlushAsync(cancellationToken);
        _isUnflushed = false;
    });

    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        if (fault.IsDead && _isUnflushed)
        {
            using FileStream cut = new(file, FileMode.Open);
            cut.SetLength(cut.Length - 20);
        }
    }
}
