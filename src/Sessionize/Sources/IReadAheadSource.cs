namespace Sessionize.Sources;

/// <summary>A source that may have several batches ready, so that lanes can work on them side by side.</summary>
internal interface IReadAheadSource : IEventSource
{
    /// <summary>Reads a batch of records that is there already. Everything else is left for <see cref="IEventSource.ReadAsync"/>.</summary>
    /// <param name="batch">Is begun and filled.</param>
    /// <returns>Whether there was one.</returns>
    bool TryReadReady(EventBatch batch);
}
