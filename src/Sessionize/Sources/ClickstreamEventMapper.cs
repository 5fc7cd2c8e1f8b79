namespace Sessionize.Sources;

/// <summary>Maps a host's type by way of <see cref="ClickstreamEvent"/>.</summary>
internal sealed class ClickstreamEventMapper<T>(Func<T, ClickstreamEvent> map) : IEventMapper<T>
{
    public void Map(T item, EventBatch batch)
    {
        ClickstreamEvent e = map(item);
        batch.SetUserId(e.UserId);
        batch.SetTimestampMs(e.TimestampMs);
        batch.SetPageName(e.PageName);
        batch.SetEventId(e.EventId);
        for (int slot = 0; slot < batch.Retained.Count; slot++)
        {
            batch.SetField(slot, e.Fields.GetValueOrDefault(batch.Retained[slot].Path));
        }
    }
}
