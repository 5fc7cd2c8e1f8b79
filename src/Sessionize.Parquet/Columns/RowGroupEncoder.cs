using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes batches of sessions, each into a row group, in memory that it keeps from one to the next. Not thread-safe.</summary>
/// <remarks>The bytes depend on the rows and the settings only.</remarks>
internal sealed class RowGroupEncoder : IDisposable
{
    private static readonly long s_firstMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long s_lastMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly SessionParquetSchema _schema;
    private readonly PageLimits _limits;
    private readonly SegmentPool _segments;
    private readonly PageCompressor _compressor;
    private readonly ColumnChunkWriter _chunk;
    private readonly TextColumnEncoder _texts;
    private readonly NumberColumnEncoder _numbers;
    private readonly ConvertedColumnEncoder _converted;
    private readonly DerivedColumns _derived = new();
    private readonly SessionDates _dates = new();

    public RowGroupEncoder(SessionParquetSchema schema, ParquetWriterSettings settings, SegmentPool segments)
    {
        _schema = schema;
        _limits = settings.PageLimits;
        _segments = segments;
        _compressor = new PageCompressor(settings.Compression, settings.CompressionLevel);
        _chunk = new ColumnChunkWriter(_compressor);
        _texts = new TextColumnEncoder(_limits);
        _numbers = new NumberColumnEncoder(_limits);
        _converted = new ConvertedColumnEncoder(_numbers, _derived, _limits);
    }

    /// <summary>Encodes a row group.</summary>
    /// <param name="rows">The rows; at least one.</param>
    /// <returns>The row group.</returns>
    /// <exception cref="ArgumentException">There is no row; or a time lies outside the years 1 to 9999.</exception>
    /// <exception cref="SessionizeException">A value is null in a column whose table forbids it, or does not fit in the column's type.</exception>
    public EncodedRowGroup Encode(SessionBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
        {
            throw new ArgumentException("A row group has at least one row.", nameof(rows));
        }

        RefuseTimesWithoutDate(rows.StartMs);
        RefuseTimesWithoutDate(rows.EndMs);
        SegmentedBuffer bytes = new(_segments);
        EncodedColumn[] columns = new EncodedColumn[_schema.Columns.Count];
        try
        {
            for (int i = 0; i < columns.Length; i++)
            {
                _chunk.Begin(_schema.Columns[i], bytes);
                columns[i] = _schema.Columns[i].IsConverted
                    ? _converted.Encode(_chunk, rows, _schema.Columns[i])
                    : EncodeColumn(rows, _schema.Columns[i].Column);
            }
        }
        catch
        {
            bytes.Release();
            throw;
        }

        return new EncodedRowGroup(rows.Count, columns, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _compressor.Dispose();

    private static void RefuseTimesWithoutDate(ReadOnlySpan<long> times)
    {
        foreach (long time in times)
        {
            if (time < s_firstMs || time > s_lastMs)
            {
                throw new ArgumentException($"The time {time} ms lies outside the years 1 to 9999, and has no date and no microseconds.", nameof(times));
            }
        }
    }

    private EncodedColumn EncodeColumn(SessionBatch rows, SessionColumn column) => column switch
    {
        SessionColumn.Uuid => _texts.Encode(_chunk, new UserTexts(rows), rows.Users),
        SessionColumn.SessionId => _texts.EncodeUnique(_chunk, new SessionIdTexts(rows)),
        SessionColumn.SessionStartTimeMs => _numbers.Encode(_chunk, rows.StartMs),
        SessionColumn.SessionEndTimeMs => _numbers.Encode(_chunk, rows.EndMs),
        SessionColumn.SessionStartTime => _numbers.Encode(_chunk, _derived.Microseconds(rows.StartMs)),
        SessionColumn.SessionEndTime => _numbers.Encode(_chunk, _derived.Microseconds(rows.EndMs)),
        SessionColumn.SessionDurationSeconds => _numbers.Encode(_chunk, _derived.DurationSeconds(rows)),
        SessionColumn.EventCount => _numbers.Encode(_chunk, rows.EventCount),
        SessionColumn.PagesVisited => _texts.EncodeLists(_chunk, new PageTexts(rows), rows.PagesVisited, rows.PagesVisitedEnds),
        SessionColumn.EntryPage => _texts.Encode(_chunk, new PageTexts(rows), rows.EntryPages),
        SessionColumn.ExitPage => _texts.Encode(_chunk, new PageTexts(rows), rows.ExitPages),
        SessionColumn.PageViewCount => _numbers.Encode(_chunk, rows.PageViewCount),
        SessionColumn.IsBounce => BooleanColumnEncoder.Encode(_chunk, _derived.IsBounce(rows), _limits),
        SessionColumn.EndReason => _texts.Encode(_chunk, new EndReasonTexts(rows), rows.EndReasons),
        SessionColumn.VisitStartTimeMs => _numbers.Encode(_chunk, rows.VisitStartMs),
        SessionColumn.SessionIndex => _numbers.Encode(_chunk, rows.SessionIndex),
        SessionColumn.Revision => _numbers.Encode(_chunk, rows.Revision),
        SessionColumn.SessionDate => EncodeDates(rows),
        SessionColumn.UserHashBucket => _numbers.Encode(_chunk, rows.UserHashBucket),
        _ => throw new InvalidOperationException($"The column {column} has no encoder."),
    };

    private EncodedColumn EncodeDates(SessionBatch rows)
    {
        ReadOnlySpan<int> numbers = _dates.Number(rows.StartMs);
        return _texts.Encode(_chunk, _dates.Texts, numbers);
    }
}
