using System.Globalization;
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
    /// <summary>The property that names the compression.</summary>
    public const string Codec = "write.parquet.compression-codec";

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
        IReadOnlyDictionary<string, string> properties = table.Properties;
        List<string> notes = [];
        ParquetCompression compression = CompressionOf(properties, notes);
        return new TableWriteSettings
        {
            TargetFileBytes = Number(properties, "write.target-file-size-bytes", 512L << 20, 1, long.MaxValue),
            RowGroupBytes = Number(properties, "write.parquet.row-group-size-bytes", 128L << 20, 1, long.MaxValue),
            Parquet = new ParquetWriterSettings(
                compression,
                (int)Number(properties, "write.parquet.compression-level", 1, 1, 22),
                new PageLimits(
                    (int)Number(properties, "write.parquet.page-row-limit", 20_000, 1, int.MaxValue),
                    (int)Math.Clamp(Number(properties, "write.parquet.page-size-bytes", 1 << 20, 1, int.MaxValue), 1024, 1 << 30)),
                MostRowGroupRows),
            Metrics = mapping.Columns.ToDictionary(column => column.LeafFieldId!.Value, column => ModeOf(table, column)),
            Notes = notes,
        };
    }

    private static ParquetCompression CompressionOf(IReadOnlyDictionary<string, string> properties, List<string> notes)
    {
        string codec = properties.GetValueOrDefault(Codec, "zstd");
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
                throw new SessionizeException($"The table's property {Codec} is '{codec}', which is no codec of Parquet: write zstd or uncompressed.");
        }
    }

    /// <summary>A column of the sort order keeps bounds unless its own property says otherwise, as in Iceberg: they are what prunes best.</summary>
    private static ColumnMetricsMode ModeOf(TableMetadata table, SessionParquetColumn column)
    {
        string own = MetricsOfColumn + (column.IsList ? $"{column.Name}.element" : column.Name);
        if (table.Properties.TryGetValue(own, out string? value))
        {
            return ColumnMetricsMode.Parse(own, value);
        }

        ColumnMetricsMode mode = table.Properties.TryGetValue(MetricsDefault, out value) ? ColumnMetricsMode.Parse(MetricsDefault, value) : ColumnMetricsMode.Default;
        return !mode.HasBounds && table.DefaultSortOrder.Fields.Any(field => field.SourceId == column.FieldId) ? ColumnMetricsMode.Default : mode;
    }

    private static long Number(IReadOnlyDictionary<string, string> properties, string name, long fallback, long least, long most) =>
        !properties.TryGetValue(name, out string? text) ? fallback
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most ? number
        : throw new SessionizeException(string.Create(CultureInfo.InvariantCulture, $"The table's property {name} is '{text}': write a whole number from {least} to {most}."));
}
