namespace Sessionize.Engine.Batch;

/// <summary>An event in a cell with everything that may be asked of it; the texts' bytes follow it.</summary>
/// <remarks>Most events are narrow: see <see cref="NarrowEvent"/>.</remarks>
internal unsafe struct WideEvent
{
    public long TimestampMs;
    public long Position;

    /// <summary>The user's number among the cell's.</summary>
    public int User;

    /// <summary>The page's number in the table of the thread that read the event, or -1.</summary>
    public int Page;

    public int Partition;
    public int EventIdLength;

    /// <summary>The length of the declared fields as a <see cref="FieldTuple"/>; 0 when all are absent.</summary>
    public int FieldsLength;

    /// <summary>How many bytes the event has with its texts, rounded up so that the next one is aligned.</summary>
    public readonly int Bytes => BytesOf(EventIdLength + FieldsLength);

    public static int BytesOf(int textBytes) => (sizeof(WideEvent) + textBytes + Arena.Granularity - 1) & -Arena.Granularity;

    public static ReadOnlySpan<byte> EventIdOf(WideEvent* e) => new(e + 1, e->EventIdLength);

    public static ReadOnlySpan<byte> FieldsOf(WideEvent* e) => new((byte*)(e + 1) + e->EventIdLength, e->FieldsLength);
}
