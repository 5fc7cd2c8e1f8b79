namespace Sessionize;

/// <summary>Yields records, by partition and position, as events of a batch.</summary>
/// <remarks>
/// <para><b>Contract.</b> Calls come one after the other. Records of one partition come in the order of their positions, and the same
/// ones, in the same order, after <see cref="SeekAsync"/>. What is wrong with a record never throws: it is a bad event of the batch.</para>
/// </remarks>
public interface IEventSource : IAsyncDisposable
{
    /// <summary>Whether a partition can be read again from an earlier position; without that, nothing survives a restart of the process.</summary>
    bool CanSeek { get; }

    /// <summary>Opens the source.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The partitions that this process reads.</returns>
    /// <exception cref="SessionizeException">The source cannot be opened.</exception>
    ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Goes on at a position.</summary>
    /// <param name="partition">The partition's name.</param>
    /// <param name="position">The position of the next record to read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken);

    /// <summary>Reads the next records of one partition; waits while there are none, until the token is cancelled.</summary>
    /// <param name="batch">Is begun and filled.</param>
    /// <param name="cancellationToken">Stops waiting; nothing that was read is lost.</param>
    /// <returns>What happened.</returns>
    /// <exception cref="SessionizeException">The source fails; a damaged compressed file, for example.</exception>
    ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken);

    /// <summary>Where a partition ends, as far as was asked lately; by this a partition is found idle (semantics section 6).</summary>
    /// <param name="partition">The partition's name.</param>
    /// <returns>The end, or <see langword="null"/> where a source cannot tell: then no wall clock moves the watermark.</returns>
    PartitionEnd? EndOf(string partition);
}
