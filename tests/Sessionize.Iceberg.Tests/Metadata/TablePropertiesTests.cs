using Sessionize.Iceberg.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Metadata;

public sealed class TablePropertiesTests
{
    [Fact]
    public void Defaults_AreThoseOfIceberg()
    {
        TableProperties properties = Of();
        Assert.Equal((100, false, false), (properties.MetadataPreviousVersionsMax, properties.DeleteMetadataAfterCommit, properties.CompressMetadata));
        Assert.Equal((4, 100.0, 60_000.0, 1_800_000.0), (properties.CommitRetries, properties.CommitMinRetryWait.TotalMilliseconds,
            properties.CommitMaxRetryWait.TotalMilliseconds, properties.CommitTotalRetryTime.TotalMilliseconds));
        Assert.Equal((8_388_608L, 100, true), (properties.ManifestTargetSize, properties.ManifestMinCountToMerge, properties.ManifestMergeEnabled));
        Assert.Equal((536_870_912L, "parquet", "zstd"), (properties.TargetFileSize, properties.FileFormat, properties.ParquetCompression));
        Assert.Equal((134_217_728L, 1_048_576, 20_000, 2_097_152), (properties.ParquetRowGroupSize, properties.ParquetPageSize, properties.ParquetPageRows, properties.ParquetDictionarySize));
        Assert.Equal(("truncate(16)", "truncate(16)", 100), (properties.MetricsDefault, properties.MetricsOf("x"), properties.MetricsMaxColumns));
        Assert.Equal((5.0, 1, true), (properties.MaxSnapshotAge.TotalDays, properties.MinSnapshotsToKeep, properties.IsGarbageCollected));
        Assert.True(properties.MaxRefAge > TimeSpan.FromDays(365_000));
        Assert.Null(properties.ParquetCompressionLevel);
        Assert.Null(properties.NameMapping);
        Assert.Null(properties.DataLocation);
    }

    [Fact]
    public void Values_OfTheTable_AreTaken()
    {
        TableProperties properties = Of(
            ("write.metadata.delete-after-commit.enabled", "TRUE"), ("commit.retry.num-retries", "20"), ("write.parquet.compression-level", "-3"),
            ("write.metadata.metrics.column.a.b", "none"), ("gc.enabled", "false"), ("write.data.path", "s3://b/data/"), ("write.metadata.compression-codec", "GZIP"));
        Assert.True(properties.DeleteMetadataAfterCommit);
        Assert.True(properties.CompressMetadata);
        Assert.False(properties.IsGarbageCollected);
        Assert.Equal((20, -3, "none", "s3://b/data"), (properties.CommitRetries, properties.ParquetCompressionLevel, properties.MetricsOf("a.b"), properties.DataLocation));
    }

    [Theory]
    [InlineData("commit.retry.num-retries", "many")]
    [InlineData("commit.retry.num-retries", "-1")]
    [InlineData("commit.retry.num-retries", "99999999999")]
    [InlineData("commit.retry.num-retries", "")]
    public void CommitRetries_NoNumber_NamesPropertyAndValue(string name, string value) => AssertRefused(name, value, properties => properties.CommitRetries);

    [Fact]
    public void Booleans_NeitherTrueNorFalse_NamePropertyAndValue() => AssertRefused("gc.enabled", "yes", properties => properties.IsGarbageCollected);

    [Fact]
    public void Compression_Unknown_NamesPropertyAndChoices() =>
        Assert.Contains("zstd, gzip", AssertRefused("write.parquet.compression-codec", "zip", properties => properties.ParquetCompression), StringComparison.Ordinal);

    private static string AssertRefused<T>(string name, string value, Func<TableProperties, T> read)
    {
        string message = Assert.Throws<SessionizeException>(() => _ = read(Of((name, value)))).Message;
        Assert.Contains($"'{name}' is '{value}'", message, StringComparison.Ordinal);
        return message;
    }

    private static TableProperties Of(params (string Name, string Value)[] values) => new(values.ToDictionary(value => value.Name, value => value.Value));
}
