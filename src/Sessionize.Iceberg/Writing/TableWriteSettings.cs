using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>How a table's properties want its data files (Iceberg's <c>write.*</c>). Immutable.</summary>
/// <remarks>
/// <c>write.distribution-mode</c> has no meaning here: one process writes a commit, and one file after the other. Dictionaries are as the
/// writer's own rules have them, whatever <c>write.parquet.dict-*</c> says.
/// </remarks>
internal sealed record TableWriteSettings
{
    private const string Codec = "write.parquet.compression-codec";
    private const string MetricsDefault = "write.metadata.metrics.default";
    private const string MetricsOfColumn = "write.metadata.metrics.column.";
    private const int MostRowGroupRows = 131_072;

    /// <summary>The codecs that Iceberg knows and that are not written here; readers take each file as it is.</summary>
    private static readonly string[] s_otherCodecs = ["gzip", "snappy", "lz4", "brotli"];

    /// <summary>The size in bytes at which a data file ends.</summary>
    public required long TargetFileBytes { get; init; }

    /// <summary>The most bytes of a row group, before compression.</summary>
    public required long RowGroupBytes { get; init; }

    /// <summary>How files are encoded.</summary>
    public required ParquetWriterSettings Parquet { get; init; }

    /// <summary>What is kept of each column, by field id; of a list, that of its elements.</summary>
    public required IReadOnlyDictionary<int, ColumnMetricsMode> Metrics { get; init; }

    /// <summary>What was not done as a property says, in sentences for the log.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads the properties of a table.</summary>
    /// <exception cref="SessionizeException">A property has a value that makes no sense.</exception>
    public static TableWriteSettings Of(TableMetadata table, TableMapping mapping)
    {
        TableProperties properties = new(table);
        SortOrder order = table.DefaultSortOrder.KnownPart;
        List<string> notes = [];
        ParquetCompression compression = CompressionOf(properties, notes);
        return new TableWriteSettings
        {
            TargetFileBytes = properties.Long("write.target-file-size-bytes", 512L << 20, least: 1),
            RowGroupBytes = properties.Long("write.parquet.row-group-size-bytes", 128L << 20, least: 1),
            Parquet = new ParquetWriterSettings(
                compression,
                properties.Int("write.parquet.compression-level", 1, least: 1, most: 22),
                new PageLimits(
                    properties.Int("write.parquet.page-row-limit", 20_000, least: 1),
                    Math.Clamp(properties.Int("write.parquet.page-size-bytes", 1 << 20, least: 1), 1024, 1 << 30)),
                MostRowGroupRows),
            Metrics = mapping.Columns.ToDictionary(column => column.LeafFieldId!.Value, column => ModeOf(properties, order, column)),
            Notes = notes,
        };
    }

    private static ParquetCompression CompressionOf(TableProperties properties, List<string> notes)
    {
        string codec = properties.Text(Codec) ?? "zstd";
        switch (codec.ToLowerInvariant())
        {
            case "zstd":
                return ParquetCompression.Zstd;
            case "uncompressed" or "none":
                return ParquetCompression.None;
            case string other when s_otherCodecs.Contains(other):
                notes.Add($"The table's property {Codec} is '{codec}', which this writer does not have: its files are compressed with zstd, which readers see from the file.");
                return ParquetCompression.Zstd;
            default:
                throw TableProperties.Refused(Codec, codec, "zstd or uncompressed");
        }
    }

    /// <summary>A column that rows are sorted by keeps bounds unless its own property says otherwise, as in Iceberg: they are what prunes best.</summary>
    private static ColumnMetricsMode ModeOf(TableProperties properties, SortOrder order, SessionParquetColumn column)
    {
        ColumnMetricsMode? own = ColumnMetricsMode.Of(properties, MetricsOfColumn + (column.IsList ? $"{column.Name}.element" : column.Name));
        ColumnMetricsMode mode = own ?? ColumnMetricsMode.Of(properties, MetricsDefault) ?? ColumnMetricsMode.Default;
        return own is null && !mode.HasBounds && order.Fields.Any(field => field.SourceId == column.FieldId) ? ColumnMetricsMode.Default : mode;
    }
}
