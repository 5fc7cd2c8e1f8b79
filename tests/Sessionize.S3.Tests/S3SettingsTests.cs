using Sessionize.Storage;
using Xunit;

namespace Sessionize.S3.Tests;

public sealed class S3SettingsTests
{
    [Fact]
    public void Read_StandardNames_AreUnderstood()
    {
        S3Settings settings = S3Settings.Read(new Dictionary<string, string>
        {
            ["s3.endpoint"] = "http://127.0.0.1:9000",
            ["s3.access-key-id"] = "a",
            ["s3.secret-access-key"] = "b",
            ["s3.session-token"] = "c",
            ["s3.session-token-expires-at-ms"] = "1764189000000",
            ["s3.path-style-access"] = "TRUE",
            ["s3.region"] = "eu-north-1",
            ["s3.multipart.part-size-bytes"] = "10485760",
            ["s3.multipart.threshold"] = "2",
            ["s3.checksum-enabled"] = "true",
            ["s3.sse.type"] = "kms",
            ["s3.sse.key"] = "k",
            ["io-impl"] = "org.apache.iceberg.aws.s3.S3FileIO",
        });
        Assert.Equal(new Uri("http://127.0.0.1:9000"), settings.Endpoint);
        Assert.Equal(("a", "b", "c"), (settings.AccessKeyId, settings.SecretAccessKey, settings.SessionToken));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1764189000000), settings.ExpiresAt);
        Assert.True(settings.IsPathStyle);
        Assert.Equal("eu-north-1", settings.Region);
        Assert.Equal((10_485_760, 20_971_520L), (settings.PartBytes, settings.ThresholdBytes));
        Assert.True(settings.HasChecksums);
        Assert.Equal(("kms", "k"), (settings.Encryption, settings.EncryptionKey));
    }

    [Theory]
    [InlineData("s3.endpoint", "127.0.0.1:9000")]
    [InlineData("s3.path-style-access", "yes")]
    [InlineData("s3.multipart.part-size-bytes", "1000")]
    [InlineData("s3.multipart.part-size-bytes", "8MiB")]
    [InlineData("s3.multipart.threshold", "0.5")]
    [InlineData("s3.session-token-expires-at-ms", "tomorrow")]
    [InlineData("s3.sse.type", "own")]
    [InlineData("s3.delete.batch-size", "1001")]
    [InlineData("s3.request-timeout", "0")]
    public void Create_ValueThatCannotBeUsed_IsNamed(string name, string value)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new S3FileStorageFactory().Create(new Dictionary<string, string> { [name] = value }, null));
        Assert.Contains($"'{name}' is '{value}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://u:secret@h:9000")]
    [InlineData("http://u:p/secret@h:9000")]
    public void Create_UserInTheEndpoint_IsRefusedWithoutBeingShown(string endpoint)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => S3Settings.Read(new Dictionary<string, string> { ["s3.endpoint"] = endpoint }));
        Assert.Contains("'s3.endpoint'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("u:", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3.access-key-id", "s3.secret-access-key")]
    [InlineData("s3.secret-access-key", "s3.access-key-id")]
    public void Create_HalfOfTheKeys_NamesBoth(string set, string missing)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new S3FileStorageFactory().Create(new Dictionary<string, string> { [set] = "x" }, null));
        Assert.Contains($"'{set}' is set without '{missing}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_NothingThere_ConnectsToNothing()
    {
        IFileStorage storage = new S3FileStorageFactory().Create(new Dictionary<string, string> { ["s3.endpoint"] = "http://127.0.0.1:1" }, null);
        await storage.DisposeAsync();
    }

    [Theory]
    [InlineData("s3://b/k", true)]
    [InlineData("s3a://b/k", true)]
    [InlineData("S3N://b/k", true)]
    [InlineData("gs://b/k", false)]
    [InlineData("/b/k", false)]
    public void Handles_Location_ByItsScheme(string location, bool expected) => Assert.Equal(expected, new S3FileStorageFactory().Handles(location));
}
