using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Files;

/// <summary>Puts encoded row groups into a file one behind the other, then the page index and the footer. Not thread-safe.</summary>
/// <remarks>
/// <para>Nothing is written twice, so any stream will do. Whoever gives the stream flushes and closes it.</para>
/// <para>After a write that failed nobody knows how much of it the stream took: the file is lost, and nothing more is written to it.</para>
/// </remarks>
internal sealed class ParquetFileWriter(
    Stream target, SessionParquetSchema schema, ParquetCompression compression, IReadOnlyList<KeyValuePair<string, string>>? properties = null)
{
    private static readonly ReadOnlyMemory<byte> s_magic = "PAR1"u8.ToArray();

    private readonly List<FileRowGroup> _rowGroups = [];
    private long _position;
    private Exception? _failure;

    /// <summary>What the file is called in messages.</summary>
    public string Place { get; init; } = "the file";

    /// <summary>Whether the footer was written.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Writes the beginning, which a file without rows has, too.</summary>
    /// <exception cref="Exception">The stream's own.</exception>
    public ValueTask BeginAsync(CancellationToken cancellationToken) => WriteAsync(s_magic, cancellationToken);

    /// <summary>Writes a row group, and gives its memory back.</summary>
    /// <exception cref="SessionizeException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The footer was written.</exception>
    /// <exception cref="Exception">The stream's own.</exception>
    public async ValueTask AppendAsync(EncodedRowGroup rowGroup, CancellationToken cancellationToken)
    {
        long offset = _position;
        long length = rowGroup.Bytes.Length;
        try
        {
            await WriteAsync(rowGroup.Bytes.CopyToAsync, length, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            rowGroup.Bytes.Release();
        }

        _rowGroups.Add(new FileRowGroup(offset, length, rowGroup.RowCount, rowGroup.Columns));
    }

    /// <summary>Writes the page index and the footer.</summary>
    /// <returns>What a manifest says of the file.</returns>
    /// <exception cref="SessionizeException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The footer was written.</exception>
    /// <exception cref="Exception">The stream's own.</exception>
    public async ValueTask<ParquetFileMetrics> FinishAsync(CancellationToken cancellationToken)
    {
        ByteBuffer buffer = new();
        ThriftWriter thrift = new(buffer);
        PageIndexPlace[] places = [.. WritePageIndexes(buffer, thrift)];
        int start = buffer.Length;
        new FooterWriter(thrift, schema, compression).Write(_rowGroups, places, properties ?? []);
        buffer.WriteInt32(buffer.Length - start);
        buffer.Write(s_magic.Span);
        await WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        IsFinished = true;
        return ParquetFileMetrics.Of(schema, _rowGroups, _position);
    }

    /// <summary>All statistics first, then all places, as readers fetch them: one kind in one piece.</summary>
    private List<PageIndexPlace> WritePageIndexes(ByteBuffer buffer, ThriftWriter thrift)
    {
        List<PageIndexPlace> places = [];
        foreach (EncodedColumn column in _rowGroups.SelectMany(rowGroup => rowGroup.Columns))
        {
            int start = buffer.Length;
            PageIndexWriter.WriteColumnIndex(thrift, column);
            places.Add(new PageIndexPlace(_position + start, buffer.Length - start, 0, 0));
        }

        int index = 0;
        foreach (FileRowGroup rowGroup in _rowGroups)
        {
            foreach (EncodedColumn column in rowGroup.Columns)
            {
                int start = buffer.Length;
                PageIndexWriter.WriteOffsetIndex(thrift, column, rowGroup.Offset);
                places[index] = places[index] with { OffsetIndexOffset = _position + start, OffsetIndexLength = buffer.Length - start };
                index++;
            }
        }

        return places;
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync((stream, token) => stream.WriteAsync(bytes, token), bytes.Length, cancellationToken);

    private async ValueTask WriteAsync(Func<Stream, CancellationToken, ValueTask> write, long length, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            throw new SessionizeException(
                $"Cannot go on with {Place}: a write failed before ({_failure.Message.TrimEnd('.')}), and part of its bytes may be there. Throw away what was written, and run again.", _failure);
        }

        if (IsFinished)
        {
            throw new InvalidOperationException($"Cannot go on with {Place}: it has its footer, and nothing may follow. Write further sessions to another file.");
        }

        try
        {
            await write(target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whatever it was, a cancellation too: to write the same or anything else now would make a file that looks right and is not.
            _failure = failure;
            throw;
        }

        _position += length;
    }
}
