using System.Globalization;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Writing;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>What ten thousand partitions in one commit take of the memory.</summary>
public sealed class SessionFileWriterMemoryTests
{
    private const int Days = 100;
    private const int Buckets = 100;
    private const int Rows = 120_000;
    private const int RowsOfABatch = 10_000;
    private const long RowMemory = 8L << 20;
    private const long MostLiveBytes = 160L << 20;

    [Fact]
    public async Task Files_TenThousandPartitions_TakeBoundedMemory()
    {
        IcebergSchema schema = SessionTableSchema.New();
        DiscardingFileStorage storage = new();
        CatalogTable table = TrialTable.Create(
            storage, schema, TrialTable.Spec(schema, ("session_date", "identity"), ("user_hash_bucket", "identity")), TrialTable.Order(schema, "uuid", "session_start_time_ms"));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await using SessionFileWriter writer = new(table, SessionTableSchema.Match(table.Metadata), "c-1", new SessionFileWriterOptions { MemoryBytes = RowMemory, Threads = 2 });
        long most = 0;
        storage.OnThousandFiles = () => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        SessionBatch batch = new();
        for (int row = 0; row < Rows; row++)
        {
            batch.Add(Example(row));
            if (batch.Count == RowsOfABatch)
            {
                await writer.Encode(batch)(TestContext.Current.CancellationToken);
                batch.Clear();
            }
        }

        IReadOnlyList<DataFile> files = await writer.FinishAsync(TestContext.Current.CancellationToken);

        Assert.Equal((Days * Buckets, Rows), (files.Count, files.Sum(file => file.RecordCount)));
        Assert.True(writer.SpillCount > 1);
        Assert.InRange(most, 1, MostLiveBytes);
    }

    /// <summary>Every batch has rows in nearly all partitions.</summary>
    private static Session Example(int row)
    {
        long start = 1_704_067_200_000 + (row / Buckets % Days * 86_400_000L) + row;
        string user = string.Create(CultureInfo.InvariantCulture, $"{row * 7919L % 1_000_003:00000000}-1c1d-4b0e-9a3e-2f3c4d5e6f70");
        return new Session
        {
            UserId = user,
            SessionId = string.Create(CultureInfo.InvariantCulture, $"{user}_session_{start}_0"),
            StartMs = start,
            EndMs = start + 60_000,
            EventCount = 3,
            PagesVisited = ["home", "cart", "page-" + (row % 50)],
            EntryPage = "home",
            ExitPage = "cart",
            PageViewCount = 3,
            EndReason = EndReasons.Inactivity,
            VisitStartMs = start,
            UserHashBucket = row % Buckets,
        };
    }
}
