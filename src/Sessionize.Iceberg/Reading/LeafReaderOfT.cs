using Parquet;
using Parquet.Meta;
using Sessionize.Parquet.Events;

namespace Sessionize.Iceberg.Reading;

/// <inheritdoc cref="LeafReader"/>
/// <typeparam name="T">What the library decodes.</typeparam>
internal sealed class LeafReader<T> : LeafReader
    where T : struct
{
    private readonly Func<T, object> _convert;

    /// <param name="node">The column in the file.</param>
    /// <param name="convert">Makes a table's value of a stored one.</param>
    public LeafReader(SchemaNode node, Func<T, object> convert)
        : base(node, typeof(T)) => _convert = convert;

    /// <inheritdoc/>
    public override async ValueTask<ColumnVector> ReadAsync(ParquetRowGroupReader group, CancellationToken cancellationToken)
    {
        ColumnMetaData chunk = group.GetMetadata(Field)?.MetaData ?? throw new InvalidDataException("a row group does not have it");
        int rows = checked((int)group.RowCount);
        if (chunk.NumValues is < 0 or > int.MaxValue || (!IsList && chunk.NumValues != rows))
        {
            throw new InvalidDataException($"it has {chunk.NumValues} values for {rows} rows");
        }

        if (chunk.Codec is CompressionCodec.LZ4 or CompressionCodec.LZO)
        {
            // The library decodes the older LZ4 as if it were LZ4_RAW, and does not look whether that went well.
            throw new InvalidDataException($"it is compressed by {chunk.Codec}");
        }

        int slots = (int)chunk.NumValues;
        T[] values = new T[slots];
        int[]? levels = Levels > 0 ? new int[slots] : null;
        int[]? repetitions = IsList ? new int[slots] : null;
        await DecodeAsync(group, values, levels, repetitions, cancellationToken).ConfigureAwait(false);
        Spread(values, levels);
        return ToRows(new ScalarVector<T>(values, levels, Levels, _convert), levels, repetitions, rows);
    }

    /// <inheritdoc/>
    public override ValueRange? RangeOf(ParquetRowGroupReader group, bool hasOrder)
    {
        if (IsList || group.GetMetadata(Field)?.MetaData is not { Statistics: { } statistics } chunk)
        {
            return null;
        }

        // Bounds without an order, and those of the fields that came before min_value, are by whatever the writer took for one.
        return ValueRange.Between(
            statistics.NullCount is not 0,
            statistics.NullCount != chunk.NumValues,
            hasOrder ? ReadBound(statistics.MinValue) : null,
            hasOrder ? ReadBound(statistics.MaxValue) : null);
    }

    private object? ReadBound(byte[]? bytes)
    {
        try
        {
            return bytes is not null && StoredValues.TryReadPlain(bytes, out T value) ? _convert(value) : null;
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException)
        {
            // A bound that is no value: nothing is known.
            return null;
        }
    }

    private async ValueTask DecodeAsync(ParquetRowGroupReader group, T[] values, int[]? levels, int[]? repetitions, CancellationToken cancellationToken)
    {
        // The library does not say how many values it found, and a page that holds fewer than it says leaves the last ones as they were: so
        // they are marked before. A value may happen to be the mark, so there are two.
        for (byte mark = 0x5A; mark <= 0x5B; mark++)
        {
            T unset = StoredValues.Mark<T>(mark);
            values.AsSpan().Fill(unset);
            levels?.AsSpan().Fill(-1);
            repetitions?.AsSpan().Fill(-1);
            await group.ReadRawAsync<T>(
                Field,
                values,
                levels is null ? (Memory<int>?)null : levels.AsMemory(),
                repetitions is null ? (Memory<int>?)null : repetitions.AsMemory(),
                cancellationToken).ConfigureAwait(false);
            if (levels is not null && levels.AsSpan().ContainsAnyExceptInRange(0, Levels))
            {
                throw new InvalidDataException("it has a definition level that cannot be");
            }

            if (repetitions is not null && repetitions.AsSpan().ContainsAnyExceptInRange(0, 1))
            {
                throw new InvalidDataException("it has a repetition level that cannot be");
            }

            int present = levels is null ? values.Length : levels.AsSpan().Count(Levels);
            if (present == 0 || !EqualityComparer<T>.Default.Equals(values[present - 1], unset))
            {
                return;
            }

            if (typeof(T) == typeof(bool))
            {
                // There are too few truth values to mark one.
                return;
            }
        }

        throw new InvalidDataException("it has fewer values than it says");
    }

    /// <summary>Moves the values, which lie close together, to their slots.</summary>
    private void Spread(T[] values, int[]? levels)
    {
        if (levels is null)
        {
            return;
        }

        int from = levels.AsSpan().Count(Levels);
        for (int slot = values.Length - 1; slot >= 0 && from <= slot; slot--)
        {
            values[slot] = levels[slot] == Levels ? values[--from] : default;
        }
    }
}
