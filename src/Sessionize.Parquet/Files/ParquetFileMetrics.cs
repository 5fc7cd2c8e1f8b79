using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Files;

/// <summary>What an Iceberg manifest says of a data file, from the same pass that wrote the file's own statistics. Immutable.</summary>
/// <remarks>Keys are field ids; a column without an id is left out.</remarks>
internal sealed record ParquetFileMetrics
{
    /// <summary>The rows.</summary>
    public required long RecordCount { get; init; }

    /// <summary>The file's length in bytes.</summary>
    public required long FileSizeInBytes { get; init; }

    /// <summary>Where row groups begin: where a reader may split the file.</summary>
    public required IReadOnlyList<long> SplitOffsets { get; init; }

    /// <summary>The compressed bytes of each column.</summary>
    public required IReadOnlyDictionary<int, long> ColumnSizes { get; init; }

    /// <summary>The values of each column, nulls included; of a list's elements, an empty list counts as one.</summary>
    public required IReadOnlyDictionary<int, long> ValueCounts { get; init; }

    /// <summary>The nulls of each column; of a list's elements, the empty lists.</summary>
    public required IReadOnlyDictionary<int, long> NullValueCounts { get; init; }

    /// <summary>The values that are no numbers, of each column of floating-point numbers. There are none.</summary>
    public required IReadOnlyDictionary<int, long> NanValueCounts { get; init; }

    /// <summary>A value at or below all others of each column, in Iceberg's binary form. Lists have no bounds.</summary>
    public required IReadOnlyDictionary<int, byte[]> LowerBounds { get; init; }

    /// <summary>A value at or above all others of each column, in Iceberg's binary form. Lists, and texts that no short text is above, have none.</summary>
    public required IReadOnlyDictionary<int, byte[]> UpperBounds { get; init; }

    /// <summary>Adds up the row groups of a file.</summary>
    public static ParquetFileMetrics Of(SessionParquetSchema schema, IReadOnlyList<FileRowGroup> rowGroups, long fileSize)
    {
        Dictionary<int, long> sizes = [];
        Dictionary<int, long> values = [];
        Dictionary<int, long> nulls = [];
        Dictionary<int, long> nans = [];
        Dictionary<int, byte[]> lower = [];
        Dictionary<int, byte[]> upper = [];
        for (int i = 0; i < schema.Columns.Count; i++)
        {
            SessionParquetColumn column = schema.Columns[i];
            if (column.LeafFieldId is not { } id)
            {
                continue;
            }

            int index = i;
            sizes.Add(id, rowGroups.Sum(rowGroup => rowGroup.Columns[index].CompressedSize));
            values.Add(id, rowGroups.Sum(rowGroup => rowGroup.Columns[index].ValueCount));
            nulls.Add(id, rowGroups.Sum(rowGroup => rowGroup.Columns[index].NullCount));
            if (column.Type is PhysicalType.Double or PhysicalType.Float)
            {
                nans.Add(id, 0);
            }

            if (!column.IsList)
            {
                AddBounds(id, column, [.. rowGroups.Select(rowGroup => rowGroup.Columns[index].Bounds).OfType<ChunkBounds>()], lower, upper);
            }
        }

        return new ParquetFileMetrics
        {
            RecordCount = rowGroups.Sum(rowGroup => (long)rowGroup.RowCount),
            FileSizeInBytes = fileSize,
            SplitOffsets = [.. rowGroups.Select(rowGroup => rowGroup.Offset)],
            ColumnSizes = sizes,
            ValueCounts = values,
            NullValueCounts = nulls,
            NanValueCounts = nans,
            LowerBounds = lower,
            UpperBounds = upper,
        };
    }

    private static void AddBounds(
        int id, SessionParquetColumn column, IReadOnlyList<ChunkBounds> rowGroups, Dictionary<int, byte[]> lower, Dictionary<int, byte[]> upper)
    {
        if (rowGroups.Count == 0)
        {
            return;
        }

        PhysicalType type = column.Type;
        ChunkBounds least = rowGroups.Aggregate((a, b) => ValueOrder.Compare(type, b.Min, a.Min) < 0 ? b : a);
        ChunkBounds greatest = rowGroups.Aggregate((a, b) => IsGreater(type, b, a) ? b : a);
        if (type != PhysicalType.ByteArray)
        {
            lower.Add(id, least.Min);
            upper.Add(id, greatest.Max);
            return;
        }

        lower.Add(id, TextBounds.Prefix(least.Min, column.BoundCodePoints).ToArray());
        ReadOnlySpan<byte> prefix = TextBounds.Prefix(greatest.Max, column.BoundCodePoints);
        bool isWhole = greatest.IsMaxExact && prefix.Length == greatest.Max.Length;
        if ((isWhole ? greatest.Max : TextBounds.Above(prefix)) is { } bound)
        {
            upper.Add(id, bound);
        }
    }

    /// <summary>Of two equal prefixes the one that goes on is the greater.</summary>
    private static bool IsGreater(PhysicalType type, ChunkBounds left, ChunkBounds right)
    {
        int order = ValueOrder.Compare(type, left.Max, right.Max);
        return order > 0 || (order == 0 && !left.IsMaxExact);
    }
}
