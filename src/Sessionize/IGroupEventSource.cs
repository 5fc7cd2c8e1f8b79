namespace Sessionize;

/// <summary>A source whose partitions come and go while it is read: several processes share them.</summary>
public interface IGroupEventSource : IEventSource
{
    /// <summary>
    /// What changed about the partitions since the last call, oldest first; null when nothing did. <see cref="IEventSource.ReadAsync"/> returns
    /// <see cref="SourceReadResult.AssignmentChanged"/> while there is one. <see cref="IEventSource.OpenAsync"/> returns no partitions.
    /// </summary>
    AssignmentChange? TakeAssignmentChange();

    /// <summary>Checks recorded positions against the source before a lane's state is loaded.</summary>
    ValueTask<IReadOnlyList<PartitionPosition>> CheckAsync(IReadOnlyList<PartitionPosition> recorded, CancellationToken cancellationToken);

    /// <summary>The revoked partitions may go to others: they were committed, or could not be in time.</summary>
    void Release(AssignmentChange revoked);

    /// <summary>Positions are durable: the source may tell its broker, for lag tools only.</summary>
    void Committed(IReadOnlyList<PartitionPosition> positions);
}
