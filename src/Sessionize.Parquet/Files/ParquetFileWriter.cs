using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Files;

/// <summary>Puts encoded row groups into a file one behind the other, then the page index and the footer. Not thread-safe.</summary>
/// <remarks>Nothing is written twice, so any stream will do. Whoever gives the stream flushes and closes it.</remarks>
internal sealed class ParquetFileWriter(
    Stream target, SessionParquetSchema schema, ParquetCompression compression, IReadOnlyList<KeyValuePair<string, string>>? properties = null)
{
    private static readonly ReadOnlyMemory<byte> s_magic = "PAR1"u8.ToArray();

    private readonly List<FileRowGroup> _rowGroups = [];
    private long _position;

    /// <summary>Writes the beginning, which a file without rows has, too.</summary>
    public ValueTask BeginAsync(CancellationToken cancellationToken) => WriteAsync(s_magic, cancellationToken);

    /// <summary>Writes a row group, and gives its memory back.</summary>
    public async ValueTask AppendAsync(EncodedRowGroup rowGroup, CancellationToken cancellationToken)
    {
        long length = rowGroup.Bytes.Length;
        try
        {
            await rowGroup.Bytes.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            rowGroup.Bytes.Release();
        }

        _rowGroups.Add(new FileRowGroup(_position, length, rowGroup.RowCount, rowGroup.Columns));
        _position += length;
    }

    /// <summary>Writes the page index and the footer.</summary>
    /// <returns>What a manifest says of the file.</returns>
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

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _position += bytes.Length;
    }
}
