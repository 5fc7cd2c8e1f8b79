using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sessionize.Parsing;

namespace Sessionize.Engine.Batch;

/// <summary>One thread's share of the input: gives users and pages numbers, and spreads the events over cells.</summary>
/// <remarks>
/// Not thread-safe; a thread has its own, and they share nothing. Events are taken 64 at a time in three passes, each of which asks for
/// the memory that the next one needs: so the waits for memory overlap, and there are about three a batch instead of three an event.
/// </remarks>
internal sealed unsafe class Spreader : IDisposable
{
    private const int BatchEvents = 64;

    private readonly int _slots;
    private readonly ParsedEvent[] _pending = GC.AllocateArray<ParsedEvent>(BatchEvents, pinned: true);
    private readonly ParsedText[] _fields;
    private readonly Origin[] _origins = new Origin[BatchEvents];
    private readonly ulong[] _hashes = new ulong[BatchEvents];
    private readonly List<int>[] _usersOfCell;
    private int _count;

    public Spreader(PipelinePlan plan, EventCells cells)
    {
        Cells = cells;
        _slots = plan.Rules.Retained.Count;
        _fields = GC.AllocateArray<ParsedText>(_slots * BatchEvents, pinned: true);
        _usersOfCell = [.. Enumerable.Range(0, EventCells.Count).Select(_ => new List<int>())];
    }

    /// <summary>The cells with the events, complete after <see cref="Flush"/>.</summary>
    public EventCells Cells { get; }

    public KeyTable Users { get; } = new();

    public KeyTable Pages { get; } = new();

    /// <summary>The events taken so far. May be read by any thread.</summary>
    public long Events { get; private set; }

    public long HighestEventMs { get; private set; } = -1;

    /// <summary>Where the next event is put before it is taken.</summary>
    public ref ParsedEvent Slot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_pending), _count);
    }

    /// <summary>The users of a cell, as numbers in <see cref="Users"/>; an event's user is an index of this list.</summary>
    public List<int> UsersOf(int cell) => _usersOfCell[cell];

    /// <summary>Takes the event in the slot. Its texts have to stay where they are until the next <see cref="Flush"/>.</summary>
    /// <param name="partition">The partition's rank.</param>
    /// <param name="position">Where it stands in the partition.</param>
    /// <param name="narrowPosition">The position through all inputs, by which the event can be read again; or -1.</param>
    /// <returns>Whether <see cref="Flush"/> has to be called before the next event.</returns>
    public bool Take(int partition, long position, long narrowPosition)
    {
        _origins[_count] = new Origin { Position = position, NarrowPosition = narrowPosition, Partition = partition };
        return ++_count == BatchEvents;
    }

    /// <summary>Takes the good events of a batch.</summary>
    public void Take(EventBatch batch, int partition)
    {
        fixed (ParsedText* fields = _fields)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.Reason(row) != BadEventReason.None)
                {
                    continue;
                }

                batch.Show(row, ref Slot, fields + (_count * _slots));
                if (Take(partition, batch.Origin(row).Position, narrowPosition: -1))
                {
                    Flush();
                }
            }
        }

        Flush();

        // Its bytes do not move, but only as long as somebody refers to it.
        GC.KeepAlive(batch);
    }

    /// <summary>Puts the events that were taken into the cells; afterwards nobody needs their texts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Flush()
    {
        int count = _count;
        fixed (ParsedEvent* pending = _pending)
        fixed (ulong* hashes = _hashes)
        {
            for (int i = 0; i < count; i++)
            {
                hashes[i] = KeyTable.Hash(pending[i].UserId, pending[i].UserIdLength);
                Users.PrefetchSlot(hashes[i]);
            }

            for (int i = 0; i < count; i++)
            {
                Users.PrefetchRecord(hashes[i]);
            }

            long highest = HighestEventMs;
            for (int i = 0; i < count; i++)
            {
                ref ParsedEvent e = ref pending[i];
                KeyRecord* user = Users.FindOrAdd(hashes[i], e.UserId, e.UserIdLength, out bool isNew);
                if (isNew)
                {
                    AddUser(user);
                }

                int page = e.PageNameLength == 0
                    ? TextTable.None
                    : Pages.FindOrAdd(KeyTable.Hash(e.PageName, e.PageNameLength), e.PageName, e.PageNameLength, out _)->Number;
                highest = Math.Max(highest, e.TimestampMs);
                long position = _origins[i].NarrowPosition;
                if (position >= 0 && NarrowEvent.Fits(page, user->NumberInCell))
                {
                    Cells.Add(user->Cell, new NarrowEvent(e.TimestampMs, page, position, user->NumberInCell));
                }
                else
                {
                    AddWide(user, page, e, _origins[i]);
                }
            }

            HighestEventMs = highest;
        }

        Events += count;
        _count = 0;
    }

    public void Dispose()
    {
        Cells.Dispose();
        Users.Dispose();
        Pages.Dispose();
    }

    private void AddUser(KeyRecord* user)
    {
        user->SparkHash = SparkHash.Of(KeyTable.KeyOf(user));
        List<int> users = _usersOfCell[user->Cell];
        user->NumberInCell = users.Count;
        users.Add(user->Number);
    }

    private void AddWide(KeyRecord* user, int page, in ParsedEvent e, in Origin origin)
    {
        int tuple = 0;
        bool hasFields = false;
        for (int slot = 0; slot < _slots; slot++)
        {
            tuple += FieldTuple.SlotBytes(e.Fields[slot].Length);
            hasFields |= e.Fields[slot].Length > 0;
        }

        tuple = hasFields ? tuple : 0;

        WideEvent* wide = Cells.AddWide(user->Cell, e.EventIdLength + tuple);
        *wide = new WideEvent
        {
            TimestampMs = e.TimestampMs,
            Position = origin.Position,
            Partition = origin.Partition,
            User = user->NumberInCell,
            Page = page,
            EventIdLength = e.EventIdLength,
            FieldsLength = tuple,
        };
        byte* to = (byte*)(wide + 1);
        new ReadOnlySpan<byte>(e.EventId, e.EventIdLength).CopyTo(new Span<byte>(to, e.EventIdLength));
        to += e.EventIdLength;
        for (int slot = 0; hasFields && slot < _slots; slot++)
        {
            ParsedText text = e.Fields[slot];
            to += FieldTuple.Append(
                new Span<byte>(to, FieldTuple.SlotBytes(text.Length)), new ReadOnlySpan<byte>(text.Start, text.Length), isPresent: text.Length > 0);
        }
    }

    private struct Origin
    {
        public long Position;
        public long NarrowPosition;
        public int Partition;
    }
}
