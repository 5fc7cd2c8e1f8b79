namespace Sessionize;

/// <summary>A sink that takes finished sessions as columns, and encodes them on several threads at once.</summary>
/// <remarks>
/// Batch hands its rows to such a sink by <see cref="Encode"/> instead of <see cref="ISessionSink.WriteAsync"/>. Implement it where
/// turning rows into bytes is most of the work, as for files.
/// </remarks>
public interface ISessionBatchSink : ISessionSink
{
    /// <summary>Encodes rows; they are staged when the result is called.</summary>
    /// <param name="rows">The rows, valid during this call only. At least one.</param>
    /// <returns>
    /// Stages what was encoded. Called once, by one thread at a time, in the order of the rows; or never, when the run fails.
    /// </returns>
    /// <remarks>Called by several threads at once, each with rows of its own, between <see cref="ISessionSink.OpenAsync"/> and the commit.</remarks>
    Func<CancellationToken, ValueTask> Encode(SessionBatch rows);
}
