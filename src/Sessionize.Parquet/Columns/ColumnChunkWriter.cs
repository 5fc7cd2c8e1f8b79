using System.IO.Hashing;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>Writes the pages of one column after the other into an encoded row group, and notes what the footer says of them. Not thread-safe.</summary>
internal sealed class ColumnChunkWriter
{
    private const int DataPage = 0;
    private const int DictionaryPage = 2;

    private readonly PageCompressor _compressor;
    private readonly ByteBuffer _header = new();
    private readonly ThriftWriter _thrift;
    private readonly List<EncodedPage> _pages = [];
    private SegmentedBuffer _target = null!;
    private long _start;
    private long? _dictionaryOffset;
    private long _uncompressedSize;
    private long _valueCount;
    private int _nextRow;

    public ColumnChunkWriter(PageCompressor compressor) => (_compressor, _thrift) = (compressor, new ThriftWriter(_header));

    /// <summary>The content of the page that is being built: levels, then values.</summary>
    public ByteBuffer Page { get; } = new();

    /// <summary>The column that is being written.</summary>
    public SessionParquetColumn Column { get; private set; } = null!;

    public void Begin(SessionParquetColumn column, SegmentedBuffer target)
    {
        Column = column;
        _target = target;
        _start = target.Length;
        _dictionaryOffset = null;
        _uncompressedSize = 0;
        _valueCount = 0;
        _nextRow = 0;
        _pages.Clear();
        Page.Clear();
    }

    /// <summary>Takes <see cref="Page"/> as the dictionary: that many values, plain.</summary>
    public void WriteDictionary(int valueCount)
    {
        _dictionaryOffset = _target.Length;
        WritePage(DictionaryPage, valueCount, PageEncoding.Plain);
    }

    /// <summary>Takes <see cref="Page"/> as a data page.</summary>
    /// <param name="rowCount">Its rows.</param>
    /// <param name="valueCount">Its values, the absent ones and empty lists included.</param>
    /// <param name="encoding">How the values are written.</param>
    /// <param name="nullCount">The values that are not there.</param>
    /// <param name="bounds">The least and the greatest value; none, if all are null.</param>
    public void WriteData(int rowCount, int valueCount, PageEncoding encoding, int nullCount, PageBounds? bounds)
    {
        long offset = _target.Length;
        WritePage(DataPage, valueCount, encoding);
        _pages.Add(new EncodedPage(offset, (int)(_target.Length - offset), _nextRow, nullCount, bounds));
        _nextRow += rowCount;
        _valueCount += valueCount;
    }

    public EncodedColumn End(ChunkBounds? bounds) => new(
        Column, _valueCount, _pages.Sum(page => page.NullCount), bounds, _dictionaryOffset, _uncompressedSize, _target.Length - _start, _pages.ToArray());

    private void WritePage(int kind, int valueCount, PageEncoding encoding)
    {
        ReadOnlySpan<byte> compressed = _compressor.Compress(Page.Written);
        _header.Clear();
        _thrift.BeginElement();
        _thrift.Int32(1, kind);
        _thrift.Int32(2, Page.Length);
        _thrift.Int32(3, compressed.Length);
        _thrift.Int32(4, (int)Crc32.HashToUInt32(compressed));
        if (kind == DataPage)
        {
            _thrift.BeginStructure(5);
            _thrift.Int32(1, valueCount);
            _thrift.Int32(2, (int)encoding);
            _thrift.Int32(3, (int)PageEncoding.Rle);
            _thrift.Int32(4, (int)PageEncoding.Rle);
        }
        else
        {
            _thrift.BeginStructure(7);
            _thrift.Int32(1, valueCount);
            _thrift.Int32(2, (int)encoding);
        }

        _thrift.EndStructure();
        _thrift.EndStructure();
        _uncompressedSize += _header.Length + Page.Length;
        _target.Write(_header.Written);
        _target.Write(compressed);
        Page.Clear();
    }
}
