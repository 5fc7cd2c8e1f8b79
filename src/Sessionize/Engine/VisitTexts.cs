using System.Runtime.InteropServices;

namespace Sessionize.Engine;

/// <summary>The texts of the events that a lane has in hand: pages and fields are in its table, event ids in a buffer that lasts for one visit's turn.</summary>
/// <remarks>
/// Most event ids are there once, so a table of them would cost more than the ids. Only in a crowded visit, whose events stay unpacked, they
/// are in the table, too: an id below <see cref="TextTable.None"/> is a place in the buffer.
/// </remarks>
internal sealed class VisitTexts(TextTable table) : IEventTexts
{
    private byte[] _buffer = new byte[4096];
    private int _used;

    /// <summary>The bytes of an event id; empty for none.</summary>
    public ReadOnlySpan<byte> EventId(int id)
    {
        if (id >= TextTable.None)
        {
            return table[id];
        }

        int at = TextTable.None - 1 - id;
        return _buffer.AsSpan(at + sizeof(int), MemoryMarshal.Read<int>(_buffer.AsSpan(at)));
    }

    public Utf8Text PageNameOf(scoped in RetainedEvent e) => table.PageNameOf(e);

    public Utf8Text EventIdOf(scoped in RetainedEvent e) => e.EventId == TextTable.None ? default : new Utf8Text(EventId(e.EventId));

    public ReadOnlySpan<byte> FieldsOf(scoped in RetainedEvent e) => table.FieldsOf(e);

    /// <summary>Empties the buffer.</summary>
    public void Clear() => _used = 0;

    /// <summary>Puts an event id into the buffer.</summary>
    public int Keep(ReadOnlySpan<byte> eventId)
    {
        if (eventId.IsEmpty)
        {
            return TextTable.None;
        }

        int at = _used;
        _used += sizeof(int) + eventId.Length;
        if (_used > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_used, _buffer.Length * 2));
        }

        MemoryMarshal.Write(_buffer.AsSpan(at), eventId.Length);
        eventId.CopyTo(_buffer.AsSpan(at + sizeof(int)));
        return TextTable.None - 1 - at;
    }

    /// <summary>Puts an event id into the table, for as long as the caller refers to it.</summary>
    public int Intern(int id) => id >= TextTable.None ? id : table.Add(EventId(id));
}
