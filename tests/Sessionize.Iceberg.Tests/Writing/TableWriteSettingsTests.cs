using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

public sealed class TableWriteSettingsTests
{
    [Fact]
    public void Of_NoProperties_IsIcebergsDefaults()
    {
        TableWriteSettings settings = Of();

        Assert.Equal((512L << 20, 128L << 20), (settings.TargetFileBytes, settings.RowGroupBytes));
        Assert.Equal((ParquetCompression.Zstd, 1, 20_000, 1 << 20), (settings.Parquet.Compression, settings.Parquet.CompressionLevel, settings.Parquet.PageLimits.Rows, settings.Parquet.PageLimits.Bytes));
        Assert.All(settings.Metrics.Values, mode => Assert.Equal(new ColumnMetricsMode(HasCounts: true, 16), mode));
        Assert.Empty(settings.Notes);
    }

    [Fact]
    public void Of_AllProperties_AreHonoured()
    {
        TableWriteSettings settings = Of(
            ("write.target-file-size-bytes", "1000"), ("write.parquet.row-group-size-bytes", "2000"), ("write.parquet.compression-codec", "Uncompressed"),
            ("write.parquet.compression-level", "7"), ("write.parquet.page-size-bytes", "4096"), ("write.parquet.page-row-limit", "5"), ("write.distribution-mode", "hash"));

        Assert.Equal((1000, 2000), (settings.TargetFileBytes, settings.RowGroupBytes));
        Assert.Equal((ParquetCompression.None, 7, 5, 4096), (settings.Parquet.Compression, settings.Parquet.CompressionLevel, settings.Parquet.PageLimits.Rows, settings.Parquet.PageLimits.Bytes));
        Assert.Empty(settings.Notes);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("snappy")]
    public void Of_CodecThatIsNotWritten_IsZstdAndSaid(string codec)
    {
        TableWriteSettings settings = Of(("write.parquet.compression-codec", codec));

        Assert.Equal(ParquetCompression.Zstd, settings.Parquet.Compression);
        Assert.Contains($"is '{codec}', which this writer does not have", Assert.Single(settings.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("write.parquet.compression-codec", "zip")]
    [InlineData("write.parquet.compression-level", "0")]
    [InlineData("write.parquet.compression-level", "23")]
    [InlineData("write.target-file-size-bytes", "512MB")]
    [InlineData("write.target-file-size-bytes", "0")]
    [InlineData("write.parquet.page-row-limit", "-1")]
    [InlineData("write.metadata.metrics.default", "truncate(0)")]
    [InlineData("write.metadata.metrics.default", "truncate(16")]
    [InlineData("write.metadata.metrics.column.uuid", "some")]
    public void Of_SenselessValue_IsRefusedWithPropertyAndValue(string property, string value)
    {
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => Of((property, value)));

        Assert.Contains($"property {property} is '{value}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Metrics_AreThoseOfTheColumnThenTheDefault()
    {
        TableWriteSettings settings = Of(
            ("write.metadata.metrics.default", "counts"), ("write.metadata.metrics.column.uuid", "full"), ("write.metadata.metrics.column.end_reason", "none"),
            ("write.metadata.metrics.column.pages_visited.element", "truncate(4)"));

        Assert.Equal(new ColumnMetricsMode(HasCounts: true, int.MaxValue), settings.Metrics[1]);
        Assert.Equal(new ColumnMetricsMode(HasCounts: true, 0), settings.Metrics[2]);
        Assert.Equal(default, settings.Metrics[14]);
        Assert.Equal(4, settings.Metrics[20].BoundCodePoints);
    }

    [Fact]
    public void Of_ColumnOfTheSortOrder_KeepsBoundsUnlessItsOwnPropertySaysOtherwise()
    {
        IcebergSchema schema = SessionTableSchema.New();
        TableMetadata table = TrialTable.Create(
            new MemoryFileStorage(), schema, order: TrialTable.Order(schema, "uuid", "event_count"),
            properties: new Dictionary<string, string> { ["write.metadata.metrics.default"] = "none", ["write.metadata.metrics.column.event_count"] = "counts" }).Metadata;
        TableWriteSettings settings = TableWriteSettings.Of(table, SessionTableSchema.Match(table));

        Assert.True(settings.Metrics[1].HasBounds);
        Assert.False(settings.Metrics[8].HasBounds);
        Assert.False(settings.Metrics[2].HasCounts);
    }

    [Fact]
    public void Of_ColumnBehindAnUnknownTransform_KeepsNoBounds()
    {
        IcebergSchema schema = SessionTableSchema.New();
        SortOrder order = TrialTable.Order(schema, "uuid", "event_count", "page_view_count");
        order = order with { Fields = [order.Fields[0], order.Fields[1] with { Transform = Transform.Parse("zorder") }, order.Fields[2]] };
        TableMetadata table = TrialTable.Create(
            new MemoryFileStorage(), schema, order: order, properties: new Dictionary<string, string> { ["write.metadata.metrics.default"] = "counts" }).Metadata;
        TableWriteSettings settings = TableWriteSettings.Of(table, SessionTableSchema.Match(table));

        Assert.True(settings.Metrics[schema.Find("uuid")!.Id].HasBounds);
        Assert.All(
            new[] { "event_count", "page_view_count" }, name => Assert.False(settings.Metrics[schema.Find(name)!.Id].HasBounds));
    }

    private static TableWriteSettings Of(params (string Name, string Value)[] properties)
    {
        TableMetadata table = TrialTable.Create(new MemoryFileStorage(), properties: properties.ToDictionary(property => property.Name, property => property.Value)).Metadata;
        return TableWriteSettings.Of(table, SessionTableSchema.Match(table));
    }
}
