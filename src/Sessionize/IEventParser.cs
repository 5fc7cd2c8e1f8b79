namespace Sessionize;

/// <summary>Turns the bytes of one record into an event of a batch.</summary>
/// <remarks><b>Contract.</b> Never throws on data: what is wrong is the return value. Safe for use by several threads.</remarks>
public interface IEventParser
{
    /// <summary>Reads one record.</summary>
    /// <param name="record">The record's bytes, without a line end.</param>
    /// <param name="batch">The batch whose current event gets the fields.</param>
    /// <returns><see cref="BadEventReason.None"/> for an event, else the first reason that applies.</returns>
    BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch);
}
