namespace Sessionize.Engine;

/// <summary>Events of one visit that the watermark has not reached, given back in the order of semantics section 1.</summary>
/// <remarks>
/// What comes in order goes to a queue, the rest to a heap of four children a node: an event costs a step, or the logarithm of their number,
/// however they arrive. The heap moves times and places, not events.
/// </remarks>
internal sealed class PendingEvents
{
    private const int Children = 4;

    private readonly IEventTexts _texts;
    private readonly VisitWork _work;
    private readonly Queue<RetainedEvent> _inOrder = new();
    private RetainedEvent _lastInOrder;
    private Node[] _heap = new Node[16];
    private int _heapCount;

    // The heap's events; places that are free name the next free one in Position.
    private RetainedEvent[] _events = new RetainedEvent[16];
    private int _used;
    private int _free = -1;

    public PendingEvents(IEventTexts texts, VisitWork work) => (_texts, _work) = (texts, work);

    public int Count => _inOrder.Count + _heapCount;

    /// <summary>The time of the first event; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstMs => Math.Min(
        _inOrder.TryPeek(out RetainedEvent first) ? first.TimestampMs : long.MaxValue, _heapCount > 0 ? _heap[0].TimestampMs : long.MaxValue);

    public void Add(in RetainedEvent e)
    {
        _work.Moved++;
        if (_inOrder.Count == 0 || RetainedEvent.Compare(_lastInOrder, e, _texts) < 0)
        {
            _inOrder.Enqueue(e);
            _lastInOrder = e;
            return;
        }

        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, _heapCount * 2);
        }

        int at = _heapCount++;
        Node node = new(e.TimestampMs, Store(e));
        while (at > 0 && IsBefore(node, _heap[(at - 1) / Children]))
        {
            _heap[at] = _heap[(at - 1) / Children];
            at = (at - 1) / Children;
            _work.Moved++;
        }

        _heap[at] = node;
    }

    /// <summary>The first event; there has to be one.</summary>
    public RetainedEvent First() => IsFirstInHeap() ? _events[_heap[0].Place] : _inOrder.Peek();

    /// <summary>Takes the first event out; there has to be one.</summary>
    public RetainedEvent TakeFirst()
    {
        _work.Moved++;
        if (!IsFirstInHeap())
        {
            return _inOrder.Dequeue();
        }

        int place = _heap[0].Place;
        Node last = _heap[--_heapCount];
        int at = 0;
        for (int child; (child = LeastChild(at)) < _heapCount && IsBefore(_heap[child], last); at = child)
        {
            _heap[at] = _heap[child];
            _work.Moved++;
        }

        _heap[at] = last;
        RetainedEvent first = _events[place];
        _events[place].Position = _free;
        _free = place;
        if (_heapCount == 0)
        {
            // What a crowd needed once is not kept for ever.
            (_heap, _events, _used, _free) = (new Node[16], new RetainedEvent[16], 0, -1);
        }

        return first;
    }

    /// <summary>All events, in order.</summary>
    public RetainedEvent[] ToArray()
    {
        RetainedEvent[] all = [.. _inOrder, .. Enumerable.Range(0, _heapCount).Select(at => _events[_heap[at].Place])];
        Array.Sort(all, (left, right) => RetainedEvent.Compare(left, right, _texts));
        return all;
    }

    private bool IsFirstInHeap() =>
        _heapCount > 0
        && (!_inOrder.TryPeek(out RetainedEvent first)
            || _heap[0].TimestampMs < first.TimestampMs
            || (_heap[0].TimestampMs == first.TimestampMs && RetainedEvent.Compare(_events[_heap[0].Place], first, _texts) < 0));

    private bool IsBefore(in Node left, in Node right) =>
        left.TimestampMs != right.TimestampMs
            ? left.TimestampMs < right.TimestampMs
            : RetainedEvent.Compare(_events[left.Place], _events[right.Place], _texts) < 0;

    private int LeastChild(int parent)
    {
        int first = (parent * Children) + 1;
        int end = Math.Min(first + Children, _heapCount);
        int least = first;
        for (int child = first + 1; child < end; child++)
        {
            least = IsBefore(_heap[child], _heap[least]) ? child : least;
        }

        return least;
    }

    private int Store(in RetainedEvent e)
    {
        int place = _free;
        if (place >= 0)
        {
            _free = (int)_events[place].Position;
        }
        else
        {
            if (_used == _events.Length)
            {
                Array.Resize(ref _events, _used * 2);
            }

            place = _used++;
        }

        _events[place] = e;
        return place;
    }

    private readonly record struct Node(long TimestampMs, int Place);
}
