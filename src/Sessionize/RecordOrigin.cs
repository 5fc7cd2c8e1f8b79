namespace Sessionize;

/// <summary>Where a record stands in its source.</summary>
/// <param name="Position">The line, from 1, in a file; the offset in a partition. Grows within a partition.</param>
/// <param name="ByteOffset">Where the record starts in the decompressed file, or -1.</param>
/// <param name="ArrivalMs">
/// When the source received the record, as recorded with it or else measured, in milliseconds since the Unix epoch; <see cref="long.MaxValue"/> when it is not known.
/// </param>
public readonly record struct RecordOrigin(long Position, long ByteOffset = -1, long ArrivalMs = long.MaxValue)
{
    /// <summary>Whether <see cref="ArrivalMs"/> is the time at which the record was read, because none was recorded with it: read again, it has another.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool IsArrivalMeasured { get; init; }
}
