namespace Sessionize.Engine;

/// <summary>The point in a user's order before which an event is late (semantics section 6).</summary>
/// <param name="Kind">How the floor lies to what set it.</param>
/// <param name="TimeMs">The time.</param>
/// <param name="EventId">The text of the event's id, for the kinds that lie at an event.</param>
/// <param name="Partition">The event's partition.</param>
/// <param name="Position">The event's position.</param>
internal readonly record struct Floor(FloorKind Kind, long TimeMs, int EventId, int Partition, long Position)
{
    public static Floor At(long timeMs) => new(FloorKind.AtTime, timeMs, TextTable.None, 0, 0);

    public static Floor At(in RetainedEvent e) => new(FloorKind.AtEvent, e.TimestampMs, e.EventId, e.Partition, e.Position);

    public static Floor After(in RetainedEvent e) => new(FloorKind.AfterEvent, e.TimestampMs, e.EventId, e.Partition, e.Position);

    /// <summary>Whether an event lies before the floor.</summary>
    public bool IsAfter(in RetainedEvent e, IEventTexts texts)
    {
        if (Kind == FloorKind.AtTime || e.TimestampMs != TimeMs)
        {
            return e.TimestampMs < TimeMs;
        }

        RetainedEvent point = new() { TimestampMs = TimeMs, EventId = EventId, Partition = Partition, Position = Position };
        int order = RetainedEvent.Compare(e, point, texts);
        return Kind == FloorKind.AtEvent ? order < 0 : order <= 0;
    }
}
