namespace Sessionize;

/// <summary>Takes the records that did not become part of a session.</summary>
/// <remarks>
/// <para><b>Contract.</b> Calls come one after the other. What was written is durable when <see cref="FlushAsync"/> returns, which
/// happens before the commit that passes the records; a repetition after a crash is allowed. Nothing is created before the first letter.</para>
/// </remarks>
public interface IDeadLetterSink : IAsyncDisposable
{
    /// <summary>Writes records.</summary>
    /// <param name="letters">The records, in the order of their source.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>Makes what was written durable.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
