namespace Sessionize;

/// <summary>Maps a host's own type onto events without allocating.</summary>
/// <remarks><b>Contract.</b> Called by one thread at a time; sets the fields of the batch's current event from the item and nothing else.</remarks>
/// <typeparam name="T">The host's type.</typeparam>
public interface IEventMapper<in T>
{
    /// <summary>Sets the fields of the batch's current event.</summary>
    /// <param name="item">The host's item.</param>
    /// <param name="batch">The batch.</param>
    void Map(T item, EventBatch batch);
}
