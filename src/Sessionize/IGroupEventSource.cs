namespace Sessionize;

/// <summary>A source whose partitions come and go while it is read, because several processes share them (design section 8).</summary>
/// <remarks>
/// <para><b>Contract.</b> <see cref="IEventSource.OpenAsync"/> names no partitions: they come as changes. While there is a change that was not
/// taken, <see cref="IEventSource.ReadAsync"/> returns <see cref="SourceReadResult.AssignmentChanged"/>. A partition gives records only after
/// it was sought, and none after its revocation or loss was taken. Calls come one after the other.</para>
/// </remarks>
public interface IGroupEventSource : IEventSource
{
    /// <summary>Takes the next change, oldest first.</summary>
    /// <returns>The change; <see langword="null"/> when there is none.</returns>
    AssignmentChange? TakeAssignmentChange();

    /// <summary>Compares positions that a commit recorded with what the source has, before they are gone on from.</summary>
    /// <param name="recorded">The positions of a lane, as recorded.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// For each, in the same order, where to go on, by the partition's present name. Other than recorded only where the source was told to go
    /// on in spite of lost data.
    /// </returns>
    /// <exception cref="SessionizeException">
    /// The partition is another one by now, or is gone, or its records from the position on are: the message names the missing range and the remedies.
    /// </exception>
    ValueTask<IReadOnlyList<PartitionPosition>> CheckAsync(IReadOnlyList<PartitionPosition> recorded, CancellationToken cancellationToken);

    /// <summary>Lets revoked partitions go: what can be committed of them was.</summary>
    /// <param name="revoked">The change that was taken.</param>
    void Release(AssignmentChange revoked);

    /// <summary>Tells that positions are durable. A source may tell them to its broker, for those who look at its lag; they are never read back.</summary>
    /// <param name="positions">The positions.</param>
    void Committed(IReadOnlyList<PartitionPosition> positions);
}
