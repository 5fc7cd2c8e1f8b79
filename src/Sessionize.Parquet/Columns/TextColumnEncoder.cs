using System.Buffers.Binary;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes columns of texts. Not thread-safe.</summary>
internal sealed class TextColumnEncoder(PageLimits limits)
{
    /// <summary>What Iceberg allows a dictionary by default. A reader has it in memory whole.</summary>
    private const int MostDictionaryBytes = 2 << 20;

    private readonly TextNumbering _numbering = new();
    private readonly LevelWriter _levels = new();
    private int[] _present = [];

    /// <summary>Encodes texts of which each row has another one.</summary>
    public EncodedColumn EncodeUnique<T>(ColumnChunkWriter chunk, T texts)
        where T : struct, ITexts
    {
        TextExtremes all = default;
        for (int start = 0; start < texts.Count;)
        {
            TextExtremes page = default;
            int end = start;
            for (long bytes = 0; end < texts.Count && end - start < limits.Rows; end++)
            {
                ReadOnlySpan<byte> text = texts[end];
                bytes += sizeof(int) + text.Length;
                if (bytes > limits.Bytes && end > start)
                {
                    break;
                }

                page.Include(text);
            }

            LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, end - start);
            for (int row = start; row < end; row++)
            {
                WritePlain(chunk.Page, texts[row]);
            }

            chunk.WriteData(end - start, end - start, PageEncoding.Plain, nullCount: 0, page.OfPage());
            all.Include(page);
            start = end;
        }

        return chunk.End(all.OfChunk(chunk.Column.BoundBytes));
    }

    /// <summary>Encodes texts by their numbers.</summary>
    /// <param name="chunk">Takes the pages.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="numbers">For each row the text's number; negative: null.</param>
    /// <typeparam name="T">The kind of texts.</typeparam>
    public EncodedColumn Encode<T>(ColumnChunkWriter chunk, T texts, ReadOnlySpan<int> numbers)
        where T : struct, ITexts
    {
        bool isDictionary = BeginNumbered(chunk, texts, numbers);
        TextExtremes all = default;
        for (int start = 0; start < numbers.Length;)
        {
            int end = isDictionary ? start + Math.Min(limits.Rows, numbers.Length - start) : EndOfPlainPage(start);
            ReadOnlySpan<int> entries = _numbering.Entries[start..end];
            TextExtremes page = default;
            int nullCount = Look(texts, entries, ref page);
            if (nullCount > 0)
            {
                RefuseNulls(chunk.Column);
                _levels.WriteNullable(chunk.Page, entries);
            }
            else
            {
                LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, entries.Length);
            }

            WriteValues(chunk, texts, nullCount == 0 ? entries : Present(entries), isDictionary);
            chunk.WriteData(entries.Length, entries.Length, isDictionary ? PageEncoding.RleDictionary : PageEncoding.Plain, nullCount, page.OfPage());
            all.Include(page);
            start = end;
        }

        return chunk.End(all.OfChunk(chunk.Column.BoundBytes));
    }

    /// <summary>Encodes lists of texts by their numbers.</summary>
    /// <param name="chunk">Takes the pages.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="numbers">The texts' numbers, row after row; none is null.</param>
    /// <param name="ends">For each row where its list ends.</param>
    /// <typeparam name="T">The kind of texts.</typeparam>
    public EncodedColumn EncodeLists<T>(ColumnChunkWriter chunk, T texts, ReadOnlySpan<int> numbers, ReadOnlySpan<int> ends)
        where T : struct, ITexts
    {
        bool isDictionary = BeginNumbered(chunk, texts, numbers);
        TextExtremes all = default;
        int first = 0;
        for (int start = 0; start < ends.Length;)
        {
            int end = EndOfListPage(ends, start, first, isDictionary);
            ReadOnlySpan<int> entries = _numbering.Entries[first..ends[end - 1]];
            TextExtremes page = default;
            _ = Look(texts, entries, ref page);
            int emptyCount = _levels.WriteLists(chunk.Page, ends[start..end], first, chunk.Column.DefinedLevel, chunk.Column.EmptyListLevel);
            WriteValues(chunk, texts, entries, isDictionary);
            chunk.WriteData(
                end - start, entries.Length + emptyCount, isDictionary ? PageEncoding.RleDictionary : PageEncoding.Plain, emptyCount, page.OfPage());
            all.Include(page);
            first = ends[end - 1];
            start = end;
        }

        return chunk.End(all.OfChunk(chunk.Column.BoundBytes));
    }

    private static void RefuseNulls(SessionParquetColumn column)
    {
        if (column.IsRequired)
        {
            throw new SessionizeException(
                $"The table's column '{column.Name}' takes no nulls, and there are sessions without a value for it. Make the column optional, or leave it out of the table.");
        }
    }

    private static void WritePlain(ByteBuffer target, ReadOnlySpan<byte> text)
    {
        Span<byte> span = target.GetSpan(sizeof(int) + text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span, text.Length);
        text.CopyTo(span[sizeof(int)..]);
        target.Advance(sizeof(int) + text.Length);
    }

    private bool BeginNumbered<T>(ColumnChunkWriter chunk, T texts, ReadOnlySpan<int> numbers)
        where T : struct, ITexts
    {
        _numbering.Number(texts, numbers);
        if (!_numbering.IsWorthDictionary(MostDictionaryBytes))
        {
            return false;
        }

        for (int entry = 0; entry < _numbering.Count; entry++)
        {
            WritePlain(chunk.Page, texts[_numbering.NumberOf(entry)]);
        }

        chunk.WriteDictionary(_numbering.Count);
        return true;
    }

    /// <summary>Finds the least and the greatest text of a page; each of its texts is compared once.</summary>
    private int Look<T>(T texts, ReadOnlySpan<int> entries, ref TextExtremes page)
        where T : struct, ITexts
    {
        int nullCount = 0;
        _numbering.BeginPage();
        foreach (int entry in entries)
        {
            if (entry < 0)
            {
                nullCount++;
            }
            else if (_numbering.IsNewInPage(entry))
            {
                page.Include(texts[_numbering.NumberOf(entry)]);
            }
        }

        return nullCount;
    }

    private void WriteValues<T>(ColumnChunkWriter chunk, T texts, ReadOnlySpan<int> entries, bool isDictionary)
        where T : struct, ITexts
    {
        if (isDictionary)
        {
            chunk.Page.WriteByte((byte)_numbering.Width);
            HybridRuns.Write(chunk.Page, entries, _numbering.Width);
            return;
        }

        foreach (int entry in entries)
        {
            WritePlain(chunk.Page, texts[_numbering.NumberOf(entry)]);
        }
    }

    private ReadOnlySpan<int> Present(ReadOnlySpan<int> entries)
    {
        if (_present.Length < entries.Length)
        {
            _present = GC.AllocateUninitializedArray<int>(entries.Length);
        }

        int count = 0;
        foreach (int entry in entries)
        {
            if (entry >= 0)
            {
                _present[count++] = entry;
            }
        }

        return _present.AsSpan(0, count);
    }

    private int EndOfPlainPage(int start)
    {
        ReadOnlySpan<int> entries = _numbering.Entries;
        int most = start + Math.Min(limits.Rows, entries.Length - start);
        int end = start;
        for (long bytes = 0; end < most; end++)
        {
            bytes += entries[end] < 0 ? 0 : _numbering.SizeOf(entries[end]);
            if (bytes > limits.Bytes && end > start)
            {
                break;
            }
        }

        return end;
    }

    private int EndOfListPage(ReadOnlySpan<int> ends, int start, int first, bool isDictionary)
    {
        int most = start + Math.Min(limits.Rows, ends.Length - start);
        int end = start;
        long bytes = 0;
        for (; end < most; end++)
        {
            ReadOnlySpan<int> entries = _numbering.Entries[first..ends[end]];
            first = ends[end];
            if (isDictionary)
            {
                bytes += entries.Length * sizeof(short);
            }
            else
            {
                foreach (int entry in entries)
                {
                    bytes += _numbering.SizeOf(entry);
                }
            }

            if (bytes > limits.Bytes && end > start)
            {
                break;
            }
        }

        return end;
    }
}
