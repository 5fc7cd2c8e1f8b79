namespace Sessionize.Engine;

/// <summary>Takes events over from a batch into the columns and texts of an engine.</summary>
/// <param name="texts">The table of the texts.</param>
/// <param name="eventIds">Where event ids go; <see langword="null"/>: into the table.</param>
internal sealed class EventReader(TextTable texts, VisitTexts? eventIds = null)
{
    private byte[] _tuple = new byte[256];

    /// <summary>The event of a row, its texts referred to once each.</summary>
    public RetainedEvent Read(EventBatch batch, int row, int partition) => new()
    {
        TimestampMs = batch.TimestampMs(row),
        Position = batch.Origin(row).Position,
        Partition = partition,
        EventId = eventIds is null ? Add(batch.EventId(row)) : eventIds.Keep(batch.EventId(row)),
        PageName = Add(batch.PageName(row)),
        Fields = AddFields(batch, row),
    };

    public void Release(in RetainedEvent e)
    {
        texts.Release(e.EventId);
        texts.Release(e.PageName);
        texts.Release(e.Fields);
    }

    private int Add(ReadOnlySpan<byte> text) => text.IsEmpty ? TextTable.None : texts.Add(text);

    private int AddFields(EventBatch batch, int row)
    {
        int slots = batch.Retained.Count;
        int size = 0;
        for (int slot = 0; slot < slots; slot++)
        {
            size += batch.Field(row, slot).Length;
        }

        if (size == 0)
        {
            return TextTable.None;
        }

        if (_tuple.Length < size + (5 * slots))
        {
            _tuple = new byte[size + (5 * slots)];
        }

        int used = 0;
        for (int slot = 0; slot < slots; slot++)
        {
            ReadOnlySpan<byte> text = batch.Field(row, slot);
            used += FieldTuple.Append(_tuple.AsSpan(used), text, isPresent: !text.IsEmpty);
        }

        return texts.Add(_tuple.AsSpan(0, used));
    }
}
