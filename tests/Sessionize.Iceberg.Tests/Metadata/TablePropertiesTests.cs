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
    }

    [Fact]
    public void Values_OfTheTable_AreTaken()
    {
        TableProperties properties = Of(
            ("write.metadata.delete-after-commit.enabled", "TRUE"), ("commit.retry.num-retries", "20"), ("write.metadata.path", "s3://b/m/"),
            ("commit.retry.total-timeout-ms", "9223372036854775807"), ("write.metadata.compression-codec", "GZIP"));
        Assert.True(properties.DeleteMetadataAfterCommit);
        Assert.True(properties.CompressMetadata);
        Assert.True(properties.CommitTotalRetryTime > TimeSpan.FromDays(365_000));
        Assert.Equal((20, "s3://b/m"), (properties.CommitRetries, properties.MetadataLocation));
    }

    [Theory]
    [InlineData("commit.retry.num-retries", "many")]
    [InlineData("commit.retry.num-retries", "-1")]
    [InlineData("commit.retry.num-retries", "99999999999")]
    [InlineData("commit.retry.num-retries", "")]
    public void CommitRetries_NoNumber_NamesPropertyAndValue(string name, string value) => AssertRefused(name, value, properties => properties.CommitRetries);

    [Fact]
    public void Booleans_NeitherTrueNorFalse_NamePropertyAndValue() => AssertRefused("commit.manifest-merge.enabled", "yes", properties => properties.ManifestMergeEnabled);

    [Fact]
    public void Compression_Unknown_NamesPropertyAndChoices() =>
        Assert.Contains("none, gzip", AssertRefused("write.metadata.compression-codec", "zip", properties => properties.CompressMetadata), StringComparison.Ordinal);

    private static string AssertRefused<T>(string name, string value, Func<TableProperties, T> read)
    {
        string message = Assert.Throws<SessionizeException>(() => _ = read(Of((name, value)))).Message;
        Assert.Contains($"property {name} is '{value}'", message, StringComparison.Ordinal);
        return message;
    }

    private static TableProperties Of(params (string Name, string Value)[] values) => new(values.ToDictionary(value => value.Name, value => value.Value));
}
