using System.Text.Json;
using FsCheck.Xunit;
using Sessionize.Iceberg.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Metadata;

public sealed class TableMetadataPropertyTests
{
    [Property(MaxTest = 500)]
    public void Read_OfWritten_IsTheSameTable(int seed)
    {
        TableMetadata table = new RandomTables(seed).Next();
        byte[] written = TableMetadataJson.Write(table);
        TableMetadata read = TableMetadataJson.Read(written, "x");

        Assert.Equal(written, TableMetadataJson.Write(read));
        Assert.Equal(table.Schemas, read.Schemas);
        Assert.Equal(table.PartitionSpecs, read.PartitionSpecs);
        Assert.Equal(table.SortOrders, read.SortOrders);
        Assert.Equal(table.Properties, read.Properties);
        Assert.Equal(table.Refs, read.Refs);
        Assert.Equal(table.SnapshotLog, read.SnapshotLog);
        Assert.Equal(table.MetadataLog, read.MetadataLog);
        Assert.Equal(table.Snapshots.Select(snapshot => snapshot.Summary), read.Snapshots.Select(snapshot => snapshot.Summary));
        Assert.Equal(table.Snapshots.Select(Facts), read.Snapshots.Select(Facts));
        Assert.Equal(
            (table.FormatVersion, table.TableUuid, table.Location, table.LastSequenceNumber, table.LastUpdatedMs, table.LastColumnId, table.CurrentSnapshotId),
            (read.FormatVersion, read.TableUuid, read.Location, read.LastSequenceNumber, read.LastUpdatedMs, read.LastColumnId, read.CurrentSnapshotId));
        Assert.Equal(
            (table.CurrentSchemaId, table.DefaultSpecId, table.LastPartitionId, table.DefaultSortOrderId),
            (read.CurrentSchemaId, read.DefaultSpecId, read.LastPartitionId, read.DefaultSortOrderId));
        Assert.Equal(table.Others.Select(Text), read.Others.Select(Text));
    }

    [Property(MaxTest = 300)]
    public void Read_DamagedText_IsReadOrRefusedWithASentence(int seed)
    {
        Random random = new(seed);
        byte[] written = TableMetadataJson.Write(new RandomTables(seed).Next());
        for (int time = 0; time < 20; time++)
        {
            byte[] damaged = random.Next(3) == 0 ? written[..random.Next(written.Length)] : [.. written];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                TableMetadata read = TableMetadataJson.Read(damaged, "the place");
                Assert.NotEmpty(TableMetadataJson.Write(read));
            }
            catch (SessionizeException refusal)
            {
                Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    private static (long, long?, long, long, string?, int?) Facts(Snapshot snapshot) =>
        (snapshot.Id, snapshot.ParentId, snapshot.SequenceNumber, snapshot.TimestampMs, snapshot.ManifestList, snapshot.SchemaId);

    private static string Text(KeyValuePair<string, JsonElement> pair) => $"{pair.Key}={pair.Value.GetRawText()}";
}
