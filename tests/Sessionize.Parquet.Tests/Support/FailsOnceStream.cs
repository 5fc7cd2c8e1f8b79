namespace Sessionize.Parquet.Tests.Support;

/// <summary>A stream one of whose calls fails, after it took some of the bytes; all others succeed.</summary>
/// <param name="call">Which call, from 0; writes and flushes count.</param>
/// <param name="share">How much of a failing write is taken, from 0 to 1.</param>
/// <param name="failure">How it fails.</param>
internal sealed class FailsOnceStream(int call, double share, Func<Exception> failure) : MemoryStream
{
    private int _calls;

    public bool HasFailed => _calls > call;

    /// <summary>Whether the failing call was a flush.</summary>
    public bool FailedInFlush { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        bool fails = _calls++ == call;
        Write(buffer.Span[..(fails ? (int)(buffer.Length * share) : buffer.Length)]);
        return fails ? ValueTask.FromException(failure()) : ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        bool fails = _calls++ == call;
        FailedInFlush |= fails;
        return fails ? Task.FromException(failure()) : Task.CompletedTask;
    }
}
