namespace Sessionize.Engine;

/// <summary>An event in a user's list: its place in the order of semantics section 1, and its texts as ids of a <see cref="TextTable"/>.</summary>
internal struct RetainedEvent
{
    public long TimestampMs;

    /// <summary>The position in the source partition.</summary>
    public long Position;

    /// <summary>The source partition's rank: topics by name, then partitions by number; in batch, the inputs as given.</summary>
    public int Partition;

    /// <summary>The text of the event id, or <see cref="TextTable.None"/>.</summary>
    public int EventId;

    /// <summary>The text of the page name, or <see cref="TextTable.None"/>.</summary>
    public int PageName;

    /// <summary>The declared fields packed into one text (<see cref="FieldTuple"/>), or <see cref="TextTable.None"/> when all are absent.</summary>
    public int Fields;

    /// <summary>The order of semantics section 1: time, event id by bytes with none first, source position.</summary>
    public static int Compare(in RetainedEvent left, in RetainedEvent right, IEventTexts texts)
    {
        int order = left.TimestampMs.CompareTo(right.TimestampMs);
        if (order != 0)
        {
            return order;
        }

        if (left.EventId != right.EventId)
        {
            order = texts.EventIdOf(left).Bytes.SequenceCompareTo(texts.EventIdOf(right).Bytes);
            if (order != 0)
            {
                return order;
            }
        }

        order = left.Partition.CompareTo(right.Partition);
        return order != 0 ? order : left.Position.CompareTo(right.Position);
    }
}
