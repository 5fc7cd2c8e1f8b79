using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

public sealed class DataFileLocationsTests
{
    private static readonly IcebergSchema s_schema = SessionTableSchema.New();

    [Fact]
    public void Of_Partition_IsInItsFolders() => Assert.Equal(
        "memory://warehouse/t/data/session_date_0=2024-05-06/user_hash_bucket_1=-48/c-2-00017.parquet",
        Locations([("session_date", "identity"), ("user_hash_bucket", "identity")]).Of(new PartitionKey(["2024-05-06", -48]), 17));

    [Theory]
    [InlineData("a/b", "uuid_0=a%2Fb")]
    [InlineData("..", "uuid_0=..")]
    [InlineData("%", "uuid_0=%25")]
    [InlineData("", "uuid_0=")]
    [InlineData("ü", "uuid_0=%C3%BC")]
    [InlineData("\0", "uuid_0=%00")]
    public void Of_HostileText_StaysInOneFolder(string user, string folder) => Assert.Equal(
        $"memory://warehouse/t/data/{folder}/c-2-00000.parquet", Locations([("uuid", "identity")]).Of(new PartitionKey([user]), 0));

    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("x/")]
    [InlineData("xy/")]
    public void Of_LongText_IsAFolderThatFileSystemsTakeAndAnotherForEachText(string part)
    {
        DataFileLocations locations = Locations([("uuid", "identity")]);
        string user = string.Concat(Enumerable.Repeat(part, 1000));
        string folder = locations.Of(new PartitionKey([user]), 0).Split('/')[^2];

        Assert.InRange(folder.Length, 150, 255);
        Assert.Matches("^([^%]|%[0-9A-F]{2})*$", folder);
        Assert.NotEqual(folder, locations.Of(new PartitionKey([user + "b"]), 0).Split('/')[^2]);
        Assert.Equal(folder, locations.Of(new PartitionKey([user]), 0).Split('/')[^2]);
    }

    [Fact]
    public void Of_OwnDataPath_IsThere() => Assert.Equal(
        "s3://other/place/c-2-00000.parquet", Locations([], ("write.data.path", "s3://other/place/")).Of(PartitionKey.None, 0));

    [Fact]
    public void Of_ObjectStorage_HasFoldersByHashThenThePartition()
    {
        string location = Locations([("user_hash_bucket", "identity")], ("write.object-storage.enabled", "true")).Of(new PartitionKey([1]), 0);

        Assert.Matches("^memory://warehouse/t/data/[01]{4}/[01]{4}/[01]{4}/[01]{8}/user_hash_bucket_0=1/c-2-00000.parquet$", location);
    }

    [Fact]
    public void Of_ObjectStorageWithoutPartitions_HasFoldersByHashOnly() => Assert.Matches(
        "^s3://b/x/[01]{4}/[01]{4}/[01]{4}/[01]{8}/c-2-00000.parquet$",
        Locations([("user_hash_bucket", "identity")], ("write.object-storage.enabled", "true"), ("write.object-storage.partitioned-paths", "false"), ("write.object-storage.path", "s3://b/x"))
            .Of(new PartitionKey([1]), 0));

    [Fact]
    public void Of_NeitherTrueNorFalse_IsRefusedWithPropertyAndValue() => Assert.Contains(
        "property write.object-storage.enabled is 'yes'",
        Assert.Throws<SessionizeException>(() => Locations([], ("write.object-storage.enabled", "yes"))).Message,
        StringComparison.Ordinal);

    private static DataFileLocations Locations((string Column, string Transform)[] fields, params (string Name, string Value)[] properties) => new(
        TrialTable.Create(new MemoryFileStorage(), s_schema, TrialTable.Spec(s_schema, fields), properties: properties.ToDictionary(property => property.Name, property => property.Value)).Metadata,
        "c-2");
}
