using Sessionize.Sources;

namespace Sessionize.Engine;

/// <summary>The batches that are taken in at once: the one that was read, and what the source has ready behind it.</summary>
/// <param name="source">The source.</param>
/// <param name="retained">The fields that are kept.</param>
internal sealed class ReadyBatches(IEventSource source, EventFields retained)
{
    // Kafka gives some thousand records of one partition in a row: enough batches to find several lanes among them, and few enough that a
    // commit, or whoever reads along, waits some milliseconds at most.
    private const int MostBatches = 16;

    private readonly IReadAheadSource? _source = Environment.ProcessorCount > 1 ? source as IReadAheadSource : null;
    private readonly List<EventBatch> _taken = [];
    private readonly List<EventBatch> _more = [];

    /// <summary>Gives the batch that was read, and more of them where lanes can share them.</summary>
    /// <param name="read">The batch that was read.</param>
    /// <param name="mayTakeSeveral">Whether more than that one may be taken.</param>
    /// <param name="limits">Counts what is taken, and says when that is enough.</param>
    /// <returns>At least one; valid until the next call.</returns>
    public IReadOnlyList<EventBatch> Gather(EventBatch read, bool mayTakeSeveral, IntakeLimits limits)
    {
        _taken.Clear();
        Add(read, limits);
        while (mayTakeSeveral && _source is not null && _taken.Count < MostBatches && limits.Pause() is null)
        {
            if (_more.Count < _taken.Count)
            {
                _more.Add(new EventBatch(retained));
            }

            EventBatch next = _more[_taken.Count - 1];
            if (!_source.TryReadReady(next))
            {
                break;
            }

            Add(next, limits);
        }

        return _taken;
    }

    private void Add(EventBatch batch, IntakeLimits limits)
    {
        limits.Add(batch.Count);
        _taken.Add(batch);
    }
}
