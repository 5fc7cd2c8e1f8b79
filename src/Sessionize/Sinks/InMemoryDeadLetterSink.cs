namespace Sessionize.Sinks;

/// <summary>Keeps dead letters in memory. For tests and trying out.</summary>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class InMemoryDeadLetterSink : IDeadLetterSink
{
    private readonly Lock _lock = new();
    private readonly List<DeadLetter> _letters = [];

    /// <summary>The letters, in the order in which they were written.</summary>
    public IReadOnlyList<DeadLetter> Letters
    {
        get
        {
            lock (_lock)
            {
                return [.. _letters];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _letters.AddRange(letters);
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
