using Sessionize.Sources;

namespace Sessionize.Benchmarks;

/// <summary>Events as a batch of the engines.</summary>
internal static class Batches
{
    public static EventBatch Of(IEnumerable<ClickstreamEvent> events, EventFields? retained = null)
    {
        EventBatch batch = new(retained ?? EventFields.None);
        ClickstreamEventMapper<ClickstreamEvent> mapper = new(e => e);
        batch.Begin("benchmark");
        foreach (ClickstreamEvent e in events)
        {
            batch.AddItem(new RecordOrigin(batch.Count), e, mapper);
        }

        return batch;
    }
}
