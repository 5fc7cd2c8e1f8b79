using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sessionize.Parsing;

namespace Sessionize;

/// <summary>Events of one source partition as columns: UTF-8 bytes and numbers, no object an event.</summary>
/// <remarks>
/// A source fills a batch again and again: <see cref="Begin"/>, then one <c>Add…</c> a record in the order of the partition.
/// Not thread-safe. Bad records stand in the batch, too, so that they are counted and dead-lettered in their place.
/// </remarks>
public sealed class EventBatch
{
    /// <summary>The first time that is out of range, 2200-01-01, in milliseconds since the Unix epoch. The first one in range is 0.</summary>
    public const long EndOfTimeMs = 7_258_118_400_000;

    private readonly int _slots;
    private Row[] _rows = new Row[256];
    private TextRange[] _fields;
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private int _used;
    private BadEventReason _current;

    /// <summary>Creates a batch.</summary>
    /// <param name="retained">The fields beyond page name and event id that are kept, in the order of their slots.</param>
    public EventBatch(EventFields retained)
    {
        ArgumentNullException.ThrowIfNull(retained);
        Retained = retained;
        _slots = retained.Count;
        _fields = new TextRange[_slots * _rows.Length];
    }

    /// <summary>The fields beyond page name and event id that are kept, in the order of their slots.</summary>
    public EventFields Retained { get; }

    /// <summary>The partition that the records come from.</summary>
    public string Partition { get; private set; } = "";

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes that the batch holds: a measure for when to hand it on.</summary>
    public int Bytes => _used;

    /// <summary>The position behind the last record, and behind records after it that are no events; -1 when there is neither.</summary>
    public long Next { get; private set; } = -1;

    /// <summary>Empties the batch for records of a partition.</summary>
    /// <param name="partition">The partition's name, or the file's.</param>
    public void Begin(string partition)
    {
        Partition = partition;
        Count = 0;
        Next = -1;
        _used = 0;
    }

    /// <summary>Passes over records that are no events, such as a transaction's markers: reading goes on behind them after a restart, too.</summary>
    /// <param name="next">The position of the record behind them.</param>
    public void SkipTo(long next) => Next = Math.Max(Next, next);

    /// <summary>Exchanges content with another batch: a source that reads ahead fills batches of its own, and hands them over without a copy.</summary>
    /// <param name="other">A batch that keeps the same fields.</param>
    /// <exception cref="ArgumentException">It keeps others.</exception>
    public void ExchangeWith(EventBatch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._slots != _slots)
        {
            throw new ArgumentException($"The other batch keeps {other._slots} fields and this one {_slots}: make both with the same fields.", nameof(other));
        }

        (_rows, other._rows) = (other._rows, _rows);
        (_fields, other._fields) = (other._fields, _fields);
        (_bytes, other._bytes) = (other._bytes, _bytes);
        (_used, other._used) = (other._used, _used);
        (Count, other.Count) = (other.Count, Count);
        (Next, other.Next) = (other.Next, Next);
        (Partition, other.Partition) = (other.Partition, Partition);
    }

    /// <summary>Adds a record of bytes.</summary>
    /// <param name="origin">Where the record stands.</param>
    /// <param name="record">Its bytes, without a line end.</param>
    /// <param name="parser">Reads the fields.</param>
    public void AddRecord(in RecordOrigin origin, ReadOnlySpan<byte> record, IEventParser parser)
    {
        ArgumentNullException.ThrowIfNull(parser);
        ref Row row = ref AddRow(origin);
        SetRaw(ref row, record, record.Length);
        BadEventReason reason = parser.Parse(record, this);
        _rows[Count - 1].Reason = reason;
    }

    /// <summary>Adds a record whose only line feed, if any, is its last byte. Its texts are not copied: they are kept where they stand in the record.</summary>
    internal unsafe void AddLine(in RecordOrigin origin, ReadOnlySpan<byte> record, TemplateLineParser parser)
    {
        ref Row row = ref AddRow(origin);
        Reserve(record.Length + 1 + TemplateLineParser.SlackBytes);
        int start = _used;
        SetRaw(ref row, record, record.Length);
        byte* line = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)) + start;
        byte* end = line + record.Length;
        if (end[-1] != '\n')
        {
            // Behind what is in use: whatever comes next overwrites it.
            *end++ = (byte)'\n';
        }

        ParsedEvent parsed = default;
        LineKind kind = parser.Next(line, end, out _, ref parsed, out row.Reason);
        if (kind == LineKind.Blank)
        {
            row.Reason = BadEventReason.MalformedJson;
        }
        else if (kind == LineKind.Event)
        {
            row.TimestampMs = parsed.TimestampMs;
            row.UserId = Keep(parsed.UserId, parsed.UserIdLength, line, end, start);
            row.PageName = Keep(parsed.PageName, parsed.PageNameLength, line, end, start);
            row.EventId = Keep(parsed.EventId, parsed.EventIdLength, line, end, start);
            for (int slot = 0; slot < _slots; slot++)
            {
                _fields[FieldIndex(slot)] = Keep(parsed.Fields[slot].Start, parsed.Fields[slot].Length, line, end, start);
            }
        }

        parser.ResetScratch();
    }

    /// <summary>Adds a record that is bad before it is parsed.</summary>
    /// <param name="origin">Where the record stands.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="start">The record's bytes, or the first of them.</param>
    /// <param name="length">How many bytes the whole record has.</param>
    public void AddBad(in RecordOrigin origin, BadEventReason reason, ReadOnlySpan<byte> start, long length)
    {
        ref Row row = ref AddRow(origin);
        row.Reason = reason;
        SetRaw(ref row, start, length);
    }

    /// <summary>Adds an item of a host's own type.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="origin">Where the item stands.</param>
    /// <param name="item">The item.</param>
    /// <param name="mapper">Sets the fields.</param>
    public void AddItem<T>(in RecordOrigin origin, T item, IEventMapper<T> mapper)
    {
        ArgumentNullException.ThrowIfNull(mapper);
        AddRow(origin).TimestampMs = long.MinValue;
        _current = BadEventReason.None;
        mapper.Map(item, this);
        ref Row row = ref _rows[Count - 1];
        row.Reason = _current != BadEventReason.None ? _current
            : row.UserId.Length == 0 ? BadEventReason.MissingUserId
            : row.TimestampMs == long.MinValue ? BadEventReason.MissingTimestamp
            : row.TimestampMs is < 0 or >= EndOfTimeMs ? BadEventReason.TimestampOutOfRange
            : BadEventReason.None;
    }

    /// <summary>Adds an event whose texts are UTF-8, whose user is there, and whose time is in range: the caller has looked.</summary>
    internal void AddEvent(in RecordOrigin origin, ReadOnlySpan<byte> userId, long timestampMs, ReadOnlySpan<byte> pageName, ReadOnlySpan<byte> eventId)
    {
        ref Row row = ref AddRow(origin);
        row.TimestampMs = timestampMs;
        row.UserId = Append(userId);
        row.PageName = pageName.IsEmpty ? default : Append(pageName);
        row.EventId = eventId.IsEmpty ? default : Append(eventId);
    }

    /// <summary>Sets the current event's user.</summary>
    /// <param name="utf8">The text, escapes resolved; empty is none.</param>
    public void SetUserId(ReadOnlySpan<byte> utf8) => _rows[Count - 1].UserId = Store(utf8);

    /// <summary>Sets the current event's user.</summary>
    /// <param name="text">The text; empty is none.</param>
    public void SetUserId(ReadOnlySpan<char> text) => _rows[Count - 1].UserId = Store(text);

    /// <summary>Sets the current event's id.</summary>
    /// <param name="utf8">The text, escapes resolved; empty is none.</param>
    public void SetEventId(ReadOnlySpan<byte> utf8) => _rows[Count - 1].EventId = Store(utf8);

    /// <summary>Sets the current event's id.</summary>
    /// <param name="text">The text; empty is none.</param>
    public void SetEventId(ReadOnlySpan<char> text) => _rows[Count - 1].EventId = Store(text);

    /// <summary>Sets the current event's page name.</summary>
    /// <param name="utf8">The text, escapes resolved; empty is none.</param>
    public void SetPageName(ReadOnlySpan<byte> utf8) => _rows[Count - 1].PageName = Store(utf8);

    /// <summary>Sets the current event's page name.</summary>
    /// <param name="text">The text; empty is none.</param>
    public void SetPageName(ReadOnlySpan<char> text) => _rows[Count - 1].PageName = Store(text);

    /// <summary>Sets a retained field of the current event.</summary>
    /// <param name="slot">The field's index in <see cref="Retained"/>.</param>
    /// <param name="utf8">The text, escapes resolved; empty is none.</param>
    public void SetField(int slot, ReadOnlySpan<byte> utf8) => _fields[FieldIndex(slot)] = Store(utf8);

    /// <summary>Sets a retained field of the current event.</summary>
    /// <param name="slot">The field's index in <see cref="Retained"/>.</param>
    /// <param name="text">The text; empty is none.</param>
    public void SetField(int slot, ReadOnlySpan<char> text) => _fields[FieldIndex(slot)] = Store(text);

    /// <summary>Sets a further field of the current event; one that no rule reads is left out.</summary>
    /// <param name="field">The field.</param>
    /// <param name="utf8">The text, escapes resolved; empty is none.</param>
    public void SetField(EventField field, ReadOnlySpan<byte> utf8)
    {
        if (Retained.IndexOf(field) is var slot and >= 0)
        {
            SetField(slot, utf8);
        }
    }

    /// <summary>Sets a further field of the current event; one that no rule reads is left out.</summary>
    /// <param name="field">The field.</param>
    /// <param name="text">The text; empty is none.</param>
    public void SetField(EventField field, ReadOnlySpan<char> text)
    {
        if (Retained.IndexOf(field) is var slot and >= 0)
        {
            SetField(slot, text);
        }
    }

    /// <summary>Sets the current event's time.</summary>
    /// <param name="timestampMs">Milliseconds since the Unix epoch.</param>
    public void SetTimestampMs(long timestampMs) => _rows[Count - 1].TimestampMs = timestampMs;

    internal BadEventReason Reason(int row) => _rows[row].Reason;

    internal RecordOrigin Origin(int row) => _rows[row].Origin;

    internal long TimestampMs(int row) => _rows[row].TimestampMs;

    internal ReadOnlySpan<byte> UserId(int row) => Text(_rows[row].UserId);

    internal ReadOnlySpan<byte> EventId(int row) => Text(_rows[row].EventId);

    internal ReadOnlySpan<byte> PageName(int row) => Text(_rows[row].PageName);

    internal ReadOnlySpan<byte> Field(int row, int slot) => Text(_fields[(row * _slots) + slot]);

    /// <summary>Shows an event where it lies; valid until the batch is changed. The batch's bytes do not move.</summary>
    internal unsafe void Show(int row, ref ParsedEvent e, ParsedText* fields)
    {
        ref readonly Row found = ref _rows[row];
        byte* bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        e.UserId = bytes + found.UserId.Start;
        e.UserIdLength = found.UserId.Length;
        e.PageName = bytes + found.PageName.Start;
        e.PageNameLength = found.PageName.Length;
        e.EventId = bytes + found.EventId.Start;
        e.EventIdLength = found.EventId.Length;
        e.Fields = fields;
        e.TimestampMs = found.TimestampMs;
        for (int slot = 0; slot < _slots; slot++)
        {
            TextRange field = _fields[(row * _slots) + slot];
            fields[slot] = new ParsedText { Start = bytes + field.Start, Length = field.Length };
        }
    }

    /// <summary>The record as a dead letter. An item of a host's own type is written as JSON.</summary>
    internal DeadLetter ToDeadLetter(int row, string reason)
    {
        ref readonly Row found = ref _rows[row];
        bool hasRaw = found.RawLength >= 0;
        byte[] raw = hasRaw ? Text(found.Raw).ToArray() : ToJson(row);
        bool truncated = hasRaw ? found.RawLength > found.Raw.Length : raw.Length > DeadLetter.MaxRawBytes;
        return new DeadLetter(
            Partition,
            found.Origin.Position,
            found.Origin.ByteOffset < 0 ? null : found.Origin.ByteOffset,
            reason,
            raw.AsMemory(0, Math.Min(raw.Length, DeadLetter.MaxRawBytes)),
            truncated);
    }

    private ref Row AddRow(in RecordOrigin origin)
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, _rows.Length * 2);
            Array.Resize(ref _fields, _slots * _rows.Length);
        }

        _fields.AsSpan(Count * _slots, _slots).Clear();
        ref Row row = ref _rows[Count++];
        row = new Row { Origin = origin, RawLength = -1 };
        Next = origin.Position + 1;
        return ref row;
    }

    private void SetRaw(ref Row row, ReadOnlySpan<byte> start, long length)
    {
        row.RawLength = length;
        row.Raw = Append(start[..Math.Min(start.Length, DeadLetter.MaxRawBytes)]);
    }

    /// <summary>Keeps a text of a line that stands in the batch. One of which escapes were resolved stands elsewhere, and is added.</summary>
    private unsafe TextRange Keep(byte* text, int length, byte* line, byte* end, int start) =>
        length == 0 ? default
        : text >= line && text < end ? new TextRange(start + (int)(text - line), length + 1)
        : Append(new ReadOnlySpan<byte>(text, length));

    private int FieldIndex(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)_slots, nameof(slot));
        return ((Count - 1) * _slots) + slot;
    }

    private TextRange Store(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            _current = BadEventReason.InvalidUtf8;
        }

        return utf8.IsEmpty ? default : Append(utf8);
    }

    private TextRange Store(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        Reserve(text.Length * 3);
        OperationStatus status = Utf8.FromUtf16(text, _bytes.AsSpan(_used), out _, out int written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            // The dead letter shows the text with replacement characters.
            _current = BadEventReason.InvalidUtf8;
            Utf8.FromUtf16(text, _bytes.AsSpan(_used), out _, out written);
        }

        TextRange range = new(_used, written + 1);
        _used += written;
        return range;
    }

    private TextRange Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_used));
        TextRange range = new(_used, bytes.Length + 1);
        _used += bytes.Length;
        return range;
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - _used < bytes)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(_bytes.Length * 2, checked(_used + bytes)), pinned: true);
            _bytes.AsSpan(0, _used).CopyTo(larger);
            _bytes = larger;
        }
    }

    private ReadOnlySpan<byte> Text(TextRange range) => _bytes.AsSpan(range.Start, range.Length);

    private byte[] ToJson(int row)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        Write("uuid", _rows[row].UserId);
        if (_rows[row].TimestampMs != long.MinValue)
        {
            json.WriteNumber("event_timestamp", _rows[row].TimestampMs);
        }

        Write("page_name", _rows[row].PageName);
        Write("event_id", _rows[row].EventId);
        for (int slot = 0; slot < _slots; slot++)
        {
            Write(Retained[slot].Path, _fields[(row * _slots) + slot]);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();

        void Write(string name, TextRange text)
        {
            if (text.IsPresent)
            {
                json.WriteString(name, Encoding.UTF8.GetString(Text(text)));
            }
        }
    }

    private struct Row
    {
        public RecordOrigin Origin;
        public BadEventReason Reason;
        public long TimestampMs;
        public TextRange UserId;
        public TextRange EventId;
        public TextRange PageName;
        public TextRange Raw;

        /// <summary>The length of the whole record, or -1 when there are no raw bytes.</summary>
        public long RawLength;
    }
}
