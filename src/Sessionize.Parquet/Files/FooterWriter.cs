using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Files;

/// <summary>Writes the footer: the schema, and where each column of each row group stands and what it holds.</summary>
internal sealed class FooterWriter(ThriftWriter thrift, SessionParquetSchema schema, ParquetCompression compression)
{
    private const int FormatVersion = 1;
    private const int DataPage = 0;
    private const int DictionaryPage = 2;

    private static readonly string s_createdBy = $"Sessionize version {typeof(FooterWriter).Assembly.GetName().Version!.ToString(3)}";

    public void Write(
        IReadOnlyList<FileRowGroup> rowGroups, IReadOnlyList<PageIndexPlace> pageIndexes, IReadOnlyList<KeyValuePair<string, string>> properties)
    {
        thrift.BeginElement();
        thrift.Int32(1, FormatVersion);
        SchemaWriter.Write(thrift, 2, schema);
        thrift.Int64(3, rowGroups.Sum(rowGroup => (long)rowGroup.RowCount));
        thrift.BeginList(4, ThriftWriter.ElementType.Structure, rowGroups.Count);
        for (int i = 0; i < rowGroups.Count; i++)
        {
            WriteRowGroup(rowGroups[i], i, pageIndexes);
        }

        if (properties.Count > 0)
        {
            thrift.BeginList(5, ThriftWriter.ElementType.Structure, properties.Count);
            foreach ((string key, string value) in properties)
            {
                thrift.BeginElement();
                thrift.Text(1, key);
                thrift.Text(2, value);
                thrift.EndStructure();
            }
        }

        thrift.Text(6, s_createdBy);

        // Without it a reader may not use the bounds of texts: it cannot know in which order they were found.
        thrift.BeginList(7, ThriftWriter.ElementType.Structure, schema.Columns.Count);
        foreach (SessionParquetColumn _ in schema.Columns)
        {
            thrift.BeginElement();
            thrift.EmptyStructure(1);
            thrift.EndStructure();
        }

        thrift.EndStructure();
    }

    private void WriteRowGroup(FileRowGroup rowGroup, int ordinal, IReadOnlyList<PageIndexPlace> pageIndexes)
    {
        thrift.BeginElement();
        thrift.BeginList(1, ThriftWriter.ElementType.Structure, rowGroup.Columns.Count);
        for (int i = 0; i < rowGroup.Columns.Count; i++)
        {
            PageIndexPlace place = pageIndexes[(ordinal * rowGroup.Columns.Count) + i];
            thrift.BeginElement();

            // Long deprecated, but not optional.
            thrift.Int64(2, 0);
            WriteColumn(rowGroup, rowGroup.Columns[i]);
            thrift.Int64(4, place.OffsetIndexOffset);
            thrift.Int32(5, place.OffsetIndexLength);
            thrift.Int64(6, place.ColumnIndexOffset);
            thrift.Int32(7, place.ColumnIndexLength);
            thrift.EndStructure();
        }

        thrift.Int64(2, rowGroup.Columns.Sum(column => column.UncompressedSize));
        thrift.Int64(3, rowGroup.RowCount);
        thrift.Int64(5, rowGroup.Offset);
        thrift.Int64(6, rowGroup.ByteLength);
        if (ordinal <= short.MaxValue)
        {
            thrift.Int16(7, (short)ordinal);
        }

        thrift.EndStructure();
    }

    private void WriteColumn(FileRowGroup rowGroup, EncodedColumn column)
    {
        bool isDictionary = column.DictionaryOffset is not null;
        PageEncoding dataEncoding = isDictionary ? PageEncoding.RleDictionary : PageEncoding.Plain;
        thrift.BeginStructure(3);
        thrift.Int32(1, (int)column.Column.Type);
        thrift.BeginList(2, ThriftWriter.ElementType.Int32, isDictionary ? 3 : 2);
        thrift.Int32Element((int)PageEncoding.Plain);
        thrift.Int32Element((int)PageEncoding.Rle);
        if (isDictionary)
        {
            thrift.Int32Element((int)PageEncoding.RleDictionary);
        }

        string[] path = SchemaWriter.PathOf(column.Column);
        thrift.BeginList(3, ThriftWriter.ElementType.Binary, path.Length);
        foreach (string name in path)
        {
            thrift.TextElement(name);
        }

        thrift.Int32(4, CompressionCodec);
        thrift.Int64(5, column.ValueCount);
        thrift.Int64(6, column.UncompressedSize);
        thrift.Int64(7, column.CompressedSize);
        thrift.Int64(9, rowGroup.Offset + column.Pages[0].Offset);
        if (isDictionary)
        {
            thrift.Int64(11, rowGroup.Offset + column.DictionaryOffset!.Value);
        }

        WriteStatistics(column);
        WriteEncodingStatistics(column.Pages.Count, dataEncoding, isDictionary);
        thrift.EndStructure();
    }

    private int CompressionCodec => compression switch
    {
        ParquetCompression.None => 0,
        ParquetCompression.Zstd => 6,
        _ => throw new InvalidOperationException($"The compression {compression} has no number in the format."),
    };

    private void WriteStatistics(EncodedColumn column)
    {
        thrift.BeginStructure(12);
        thrift.Int64(3, column.NullCount);
        if (column.Bounds is { } bounds)
        {
            byte[]? upper = bounds.Upper();
            if (upper is not null)
            {
                thrift.Binary(5, upper);
            }

            thrift.Binary(6, bounds.Min);
            if (upper is not null)
            {
                thrift.Boolean(7, bounds.IsMaxExact);
            }

            thrift.Boolean(8, bounds.IsMinExact);
        }

        thrift.EndStructure();
    }

    /// <summary>Says that all data pages have one encoding: with it a reader may look a value up in the dictionary and pass over the pages.</summary>
    private void WriteEncodingStatistics(int pages, PageEncoding encoding, bool isDictionary)
    {
        thrift.BeginList(13, ThriftWriter.ElementType.Structure, isDictionary ? 2 : 1);
        if (isDictionary)
        {
            WriteEncodingStatistic(DictionaryPage, PageEncoding.Plain, count: 1);
        }

        WriteEncodingStatistic(DataPage, encoding, pages);
    }

    private void WriteEncodingStatistic(int pageKind, PageEncoding encoding, int count)
    {
        thrift.BeginElement();
        thrift.Int32(1, pageKind);
        thrift.Int32(2, (int)encoding);
        thrift.Int32(3, count);
        thrift.EndStructure();
    }
}
