using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Parquet;
using Sessionize.Parsing;

namespace Sessionize.Parquet.Events;

/// <summary>The rows of one row group, decoded, and how far they were handed on.</summary>
internal sealed class EventRows
{
    private const int RecordsAtOnce = 1024;
    private const int BytesAtOnce = 1024 * 1024;

    // A UUID as text; a whole number has at most 20 digits.
    private const int ScratchBytes = 36;

    private readonly ColumnValues[] _columns;
    private readonly ColumnValues _userId;
    private readonly ColumnValues _timestamp;
    private readonly ColumnValues? _pageName;
    private readonly ColumnValues? _eventId;
    private readonly ColumnValues?[] _retained;
    private readonly TimeFormat _timeFormat;
    private long _first;
    private int _count;
    private int _next;

    public EventRows(EventColumns columns, TimeFormat timeFormat)
    {
        _columns = [.. columns.All.Select(column => new ColumnValues(column))];
        _userId = Of(columns.UserId)!;
        _timestamp = Of(columns.Timestamp)!;
        _pageName = Of(columns.PageName);
        _eventId = Of(columns.EventId);
        _retained = [.. columns.Retained.Select(Of)];
        _timeFormat = timeFormat;

        ColumnValues? Of(EventColumn? column) => column is null ? null : Array.Find(_columns, values => values.Column.Path == column.Path);
    }

    /// <summary>The row that comes next, counted from the file's first.</summary>
    public long Next => _first + _next;

    /// <summary>Reads a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="stream">The stream that it comes from.</param>
    /// <param name="first">Its first row, counted from the file's.</param>
    /// <param name="cancellationToken">Stops between two columns.</param>
    /// <exception cref="UnreadableColumnException">A column cannot be read.</exception>
    public async ValueTask DecodeAsync(ParquetRowGroupReader group, EventFileStream stream, long first, CancellationToken cancellationToken)
    {
        (_first, _count, _next) = (first, checked((int)group.RowCount), 0);
        foreach (ColumnValues column in _columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                CheckChunk(group, column);
                stream.BeginColumn();
                await column.ReadAsync(group, _count, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not (SessionizeException or OperationCanceledException))
            {
                // Whatever the library's decoders run into on damaged bytes: there is no one type for that.
                throw new UnreadableColumnException(column.Column.Path, failure);
            }
            finally
            {
                stream.EndColumn();
            }
        }
    }

    /// <summary>Goes to a row of this group.</summary>
    public void SkipTo(long row) => _next = (int)Math.Clamp(row - _first, 0, _count);

    /// <summary>Adds rows until the batch is full or there are no more.</summary>
    /// <returns>Whether any were added.</returns>
    public bool TryFill(EventBatch batch)
    {
        while (_next < _count && batch.Count < RecordsAtOnce && batch.Bytes < BytesAtOnce)
        {
            Add(batch, _next++);
        }

        return batch.Count > 0;
    }

    private static void CheckChunk(ParquetRowGroupReader group, ColumnValues column)
    {
        var chunk = group.GetMetadata(column.Column.Field)?.MetaData
            ?? throw new InvalidDataException("a row group does not have it");
        if (chunk.NumValues != group.RowCount)
        {
            throw new InvalidDataException($"it has {chunk.NumValues} values for {group.RowCount} rows");
        }

        if (chunk.Codec is global::Parquet.Meta.CompressionCodec.LZ4 or global::Parquet.Meta.CompressionCodec.LZO)
        {
            // The library decodes the older LZ4 as if it were LZ4_RAW, and does not look whether that went well.
            throw new NotSupportedException($"it is compressed by {chunk.Codec}");
        }
    }

    private void Add(EventBatch batch, int row)
    {
        Span<byte> scratch = stackalloc byte[3 * ScratchBytes];
        RecordOrigin origin = new(_first + row);
        ReadOnlySpan<byte> user = Text(_userId, row, scratch);
        ReadOnlySpan<byte> page = Text(_pageName, row, scratch[ScratchBytes..]);
        ReadOnlySpan<byte> id = Text(_eventId, row, scratch[(2 * ScratchBytes)..]);
        BadEventReason timeReason = ReadTime(row, out long timestampMs);
        BadEventReason reason = !Utf8.IsValid(user) || !Utf8.IsValid(page) || !Utf8.IsValid(id) || HasInvalidField(row) ? BadEventReason.InvalidUtf8
            : user.IsEmpty ? BadEventReason.MissingUserId
            : timeReason;
        if (reason != BadEventReason.None)
        {
            byte[] json = ToJson(row);
            batch.AddBad(origin, reason, json, json.Length);
            return;
        }

        batch.AddEvent(origin, user, timestampMs, page, id);
        for (int slot = 0; slot < _retained.Length; slot++)
        {
            batch.SetField(slot, Text(_retained[slot], row, scratch));
        }
    }

    private bool HasInvalidField(int row)
    {
        foreach (ColumnValues? field in _retained)
        {
            if (field?.Column.Kind == StoredKind.Text && !Utf8.IsValid(field.Bytes(row)))
            {
                return true;
            }
        }

        return false;
    }

    private BadEventReason ReadTime(int row, out long timestampMs)
    {
        timestampMs = 0;
        if (!_timestamp.IsPresent(row))
        {
            return BadEventReason.MissingTimestamp;
        }

        if (_timestamp.Column.Kind == StoredKind.Text)
        {
            ReadOnlySpan<byte> text = _timestamp.Bytes(row);
            return Utf8.IsValid(text) ? TimestampReader.ReadText(text, _timeFormat, out timestampMs) : BadEventReason.InvalidUtf8;
        }

        timestampMs = _timestamp.Milliseconds(row);
        return timestampMs is < 0 or >= EventBatch.EndOfTimeMs ? BadEventReason.TimestampOutOfRange : BadEventReason.None;
    }

    private static ReadOnlySpan<byte> Text(ColumnValues? values, int row, Span<byte> scratch)
    {
        if (values is null || !values.IsPresent(row))
        {
            return [];
        }

        int written;
        switch (values.Column.Kind)
        {
            case StoredKind.Text:
                return values.Bytes(row);
            case StoredKind.Uuid:
                new Guid(values.Bytes(row), bigEndian: true).TryFormat(scratch, out written);
                break;
            case StoredKind.UInt64:
                Utf8Formatter.TryFormat((ulong)values.Number(row), scratch, out written);
                break;
            default:
                Utf8Formatter.TryFormat(values.Number(row), scratch, out written);
                break;
        }

        return scratch[..written];
    }

    /// <summary>The fields of a row that are read, as a dead letter shows them.</summary>
    private byte[] ToJson(int row)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        Span<byte> scratch = stackalloc byte[ScratchBytes];
        foreach (ColumnValues column in _columns.Where(column => column.IsPresent(row)))
        {
            if (column.Column.Kind is StoredKind.Text or StoredKind.Uuid)
            {
                // What is not UTF-8 becomes replacement characters.
                json.WriteString(column.Column.Path, Encoding.UTF8.GetString(Text(column, row, scratch)));
            }
            else if (column.Column.Kind == StoredKind.UInt64)
            {
                json.WriteNumber(column.Column.Path, (ulong)column.Number(row));
            }
            else
            {
                json.WriteNumber(column.Column.Path, column.Number(row));
            }
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
