using System.Numerics;
using System.Runtime.InteropServices;
using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes columns of numbers, none of which is null. Not thread-safe.</summary>
/// <remarks>Whole numbers of a small range get a dictionary; its entry is found by the number's distance from the least, without hashing.</remarks>
internal sealed class NumberColumnEncoder(PageLimits limits)
{
    private const int MostRange = 1 << 16;

    private readonly int[] _entryOf = new int[MostRange];
    private readonly List<(byte[] Min, byte[] Max)> _pageBounds = [];
    private int[] _entries = [];

    public EncodedColumn Encode<T>(ColumnChunkWriter chunk, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        (T min, T max) = FindBounds(values);
        ChunkBounds bounds = new(MinBytes(min), IsMinExact: true, MaxBytes(max), IsMaxExact: true);
        if (TryMakeDictionary(chunk, values, min, max, out int entryCount))
        {
            WriteEntries<T>(chunk, values.Length, entryCount);
        }
        else
        {
            WritePlain(chunk, values);
        }

        return chunk.End(bounds);
    }

    /// <summary>A least zero is written as −0 and a greatest as +0: a reader must not pass over a page for a zero's sign.</summary>
    private static byte[] MinBytes<T>(T value)
        where T : unmanaged, INumber<T> => BytesOf(IsFloating<T>() && T.IsZero(value) ? T.CreateTruncating(-0.0) : value);

    /// <inheritdoc cref="MinBytes"/>
    private static byte[] MaxBytes<T>(T value)
        where T : unmanaged, INumber<T> => BytesOf(T.IsZero(value) ? T.Zero : value);

    private static bool IsFloating<T>() => typeof(T) == typeof(double) || typeof(T) == typeof(float);

    private static byte[] BytesOf<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)).ToArray();

    private (T Min, T Max) FindBounds<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        _pageBounds.Clear();
        T min = values[0];
        T max = min;
        int pageRows = PageRows<T>();
        for (ReadOnlySpan<T> rest = values; !rest.IsEmpty; rest = rest[Math.Min(pageRows, rest.Length)..])
        {
            T pageMin = rest[0];
            T pageMax = pageMin;
            foreach (T value in rest[..Math.Min(pageRows, rest.Length)])
            {
                pageMin = value < pageMin ? value : pageMin;
                pageMax = value > pageMax ? value : pageMax;
            }

            _pageBounds.Add((MinBytes(pageMin), MaxBytes(pageMax)));
            min = pageMin < min ? pageMin : min;
            max = pageMax > max ? pageMax : max;
        }

        return (min, max);
    }

    private int PageRows<T>()
        where T : unmanaged => Math.Clamp(limits.Bytes / Marshal.SizeOf<T>(), 1, limits.Rows);

    /// <summary>Writes the dictionary and notes each value's entry, if that takes less room than the values.</summary>
    private bool TryMakeDictionary<T>(ColumnChunkWriter chunk, ReadOnlySpan<T> values, T min, T max, out int entryCount)
        where T : unmanaged, INumber<T>
    {
        entryCount = 0;
        if (IsFloating<T>() || ulong.CreateTruncating(long.CreateTruncating(max) - long.CreateTruncating(min)) >= MostRange)
        {
            return false;
        }

        long least = long.CreateTruncating(min);
        Span<int> entryOf = _entryOf.AsSpan(0, (int)(long.CreateTruncating(max) - least) + 1);
        entryOf.Clear();
        if (_entries.Length < values.Length)
        {
            _entries = GC.AllocateUninitializedArray<int>(values.Length);
        }

        Span<int> entries = _entries.AsSpan(0, values.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            ref int entry = ref entryOf[(int)(long.CreateTruncating(values[i]) - least)];
            if (entry == 0)
            {
                chunk.Page.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in values[i])));
                entry = ++entryCount;
            }

            entries[i] = entry - 1;
        }

        long packed = chunk.Page.Length + ((long)values.Length * HybridRuns.WidthOf(entryCount - 1) / 8);
        if (packed >= (long)values.Length * Marshal.SizeOf<T>())
        {
            chunk.Page.Clear();
            return false;
        }

        chunk.WriteDictionary(entryCount);
        return true;
    }

    private void WriteEntries<T>(ColumnChunkWriter chunk, int count, int entryCount)
        where T : unmanaged
    {
        int width = HybridRuns.WidthOf(entryCount - 1);
        int pageRows = PageRows<T>();
        for (int start = 0, page = 0; start < count; start += pageRows, page++)
        {
            int rows = Math.Min(pageRows, count - start);
            LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, rows);
            chunk.Page.WriteByte((byte)width);
            HybridRuns.Write(chunk.Page, _entries.AsSpan(start, rows), width);
            EndPage(chunk, page, rows, PageEncoding.RleDictionary);
        }
    }

    private void WritePlain<T>(ColumnChunkWriter chunk, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int pageRows = PageRows<T>();
        for (int page = 0; !values.IsEmpty; page++)
        {
            int rows = Math.Min(pageRows, values.Length);
            LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, rows);
            chunk.Page.Write(MemoryMarshal.AsBytes(values[..rows]));
            EndPage(chunk, page, rows, PageEncoding.Plain);
            values = values[rows..];
        }
    }

    private void EndPage(ColumnChunkWriter chunk, int page, int rows, PageEncoding encoding) =>
        chunk.WriteData(rows, rows, encoding, nullCount: 0, new PageBounds(_pageBounds[page].Min, _pageBounds[page].Max));
}
