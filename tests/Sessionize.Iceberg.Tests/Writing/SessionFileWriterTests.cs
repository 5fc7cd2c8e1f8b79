using System.Globalization;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

public sealed class SessionFileWriterTests
{
    private static readonly IcebergSchema s_schema = SessionTableSchema.New();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("session_date")]
    public async Task Files_SameRowsWithOtherThreadsAndMemory_AreTheSameBytes(string partition)
    {
        // Many rows with equal sort keys: they stay in the order in which they came.
        Session[] sessions = [.. HostileSessions.Sample(new Random(3), 2000, _ => true).Select((session, i) => session with { SessionId = $"{i}" })];
        List<Dictionary<string, byte[]>> written = [];
        foreach ((int threads, long memory) in new[] { (1, 1L << 30), (3, 1L << 30), (2, 100_000L), (1, 1L) })
        {
            MemoryFileStorage storage = new();
            CatalogTable table = TrialTable.Create(
                storage, s_schema, partition.Length == 0 ? null : TrialTable.Spec(s_schema, (partition, "identity")), TrialTable.Order(s_schema, "is_bounce"));
            await using SessionFileWriter writer = Writer(table, new SessionFileWriterOptions { Threads = threads, MemoryBytes = memory });
            foreach (Session[] some in sessions.Chunk(300))
            {
                await writer.Encode(Batch(some))(Token);
            }

            await writer.FinishAsync(Token);
            Assert.Equal(memory == 1 ? 7 : memory == 100_000 ? writer.SpillCount : 0, writer.SpillCount);
            Assert.Equal(memory < 1 << 30, writer.SpillCount > 0);
            written.Add(new(storage.Files));
        }

        Assert.All(written, files => Assert.Equal(written[0].OrderBy(file => file.Key, StringComparer.Ordinal), files.OrderBy(file => file.Key, StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Encode_ManyThreadsAtOnce_StagesInTheOrderOfTheResults()
    {
        MemoryFileStorage storage = new();
        await using SessionFileWriter writer = Writer(TrialTable.Create(storage, s_schema, TrialTable.Spec(s_schema, ("user_hash_bucket", "identity"))));
        Session[][] batches = [.. Enumerable.Range(0, 60).Select(i => Enumerable.Range(0, 40).Select(row => Example(i * 40 + row)).ToArray())];
        Task<Func<CancellationToken, ValueTask>>[] encoding = [.. batches.Select(sessions => Task.Run(() => writer.Encode(Batch(sessions)), Token))];
        foreach (Task<Func<CancellationToken, ValueTask>> one in encoding)
        {
            await (await one)(Token);
        }

        IReadOnlyList<DataFile> files = await writer.FinishAsync(Token);

        Assert.Equal(7, files.Count);
        foreach (DataFile file in files)
        {
            int[] numbers = [.. (await ReadDataFile.RowsAsync(storage.Files[file.FilePath], s_schema)).Select(row => int.Parse(((string)row["session_id"]!).Split('_')[^1], CultureInfo.InvariantCulture))];
            Assert.Equal(Enumerable.Range(0, 2400).Where(number => number % 7 == (int)file.Partition.Values[0]!), numbers);
        }
    }

    [Fact]
    public async Task Files_NoPartitionsAndNoOrder_HaveARowGroupForEachBatch()
    {
        MemoryFileStorage storage = new();
        await using SessionFileWriter writer = Writer(TrialTable.Create(storage));
        await writer.Encode(Batch([Example(1), Example(2)]))(Token);
        await writer.WriteAsync([new SessionChange(SessionChangeKind.Added, Example(3))], Token);
        await writer.Encode(Batch([Example(4)]))(Token);

        DataFile file = Assert.Single(await writer.FinishAsync(Token));

        Assert.Equal((4, 3), (file.RecordCount, file.SplitOffsets!.Count));
        Assert.Equal(["u_1", "u_2", "u_3", "u_4"], (await ReadDataFile.RowsAsync(storage.Files[file.FilePath], s_schema)).Select(row => row["session_id"]));
        Assert.Equal(PartitionKey.None, file.Partition);
        Assert.Equal("memory://warehouse/t/data/c-1-00000.parquet", file.FilePath);
    }

    [Fact]
    public async Task Files_NoRow_AreNone()
    {
        await using SessionFileWriter writer = Writer(TrialTable.Create(new MemoryFileStorage(), s_schema, TrialTable.Spec(s_schema, ("uuid", "identity"))));

        Assert.Empty(await writer.FinishAsync(Token));
    }

    [Fact]
    public async Task DiscardAsync_AfterFinish_DeletesAllFiles()
    {
        MemoryFileStorage storage = new();
        await using SessionFileWriter writer = Writer(TrialTable.Create(storage, s_schema, TrialTable.Spec(s_schema, ("session_id", "identity"))));
        await writer.WriteAsync([.. Enumerable.Range(0, 5).Select(i => new SessionChange(SessionChangeKind.Added, Example(i)))], Token);
        await writer.FinishAsync(Token);
        Assert.Equal(5, storage.Files.Count);

        await writer.DiscardAsync(Token);

        Assert.Empty(storage.Files);
        Assert.Throws<InvalidOperationException>(() => writer.Encode(Batch([Example(1)])));
    }

    [Fact]
    public async Task DiscardAsync_AfterADiskThatGotFull_DeletesWhatWasWritten()
    {
        MemoryFileStorage storage = new() { CompletionsBeforeFailure = 3 };
        await using SessionFileWriter writer = Writer(TrialTable.Create(storage, s_schema, TrialTable.Spec(s_schema, ("session_id", "identity"))));
        await writer.WriteAsync([.. Enumerable.Range(0, 50).Select(i => new SessionChange(SessionChangeKind.Added, Example(i)))], Token);
        await Assert.ThrowsAsync<SessionizeException>(async () => await writer.FinishAsync(Token));
        Assert.Equal(3, storage.Files.Count);

        await writer.DiscardAsync(Token);

        Assert.Empty(storage.Files);
    }

    [Fact]
    public async Task WriteAsync_Retraction_IsMisuse()
    {
        await using SessionFileWriter writer = Writer(TrialTable.Create(new MemoryFileStorage()));

        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteAsync([new SessionChange(SessionChangeKind.Retracted, Example(1))], Token));
    }

    [Theory]
    [InlineData("no-uuid")]
    [InlineData("0B5F7A4E-1C1D-4B0E-9A3E-2F3C4D5E6F70")]
    [InlineData("{0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f7}")]
    public async Task Files_TextThatIsNoUuid_IsRefusedWithSessionValueAndRemedy(string user)
    {
        IcebergSchema schema = s_schema with { Fields = [.. s_schema.Fields.Select(field => field.Name == "uuid" ? field with { Type = new PrimitiveType(PrimitiveKind.Uuid) } : field)] };
        foreach (PartitionSpec spec in new[] { PartitionSpec.Unpartitioned, TrialTable.Spec(schema, ("uuid", "bucket[4]")) })
        {
            await using SessionFileWriter writer = Writer(TrialTable.Create(new MemoryFileStorage(), schema, spec));

            SessionizeException refusal = Assert.Throws<SessionizeException>(() => writer.Encode(Batch([Example(1) with { UserId = user }])));

            Assert.Contains($"session 'u_1' has the uuid '{user}', and the table's column 'uuid' takes UUIDs in lower case only", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_NumberBeyondInt_IsRefusedByNameAndValue()
    {
        IcebergSchema schema = s_schema with { Fields = [.. s_schema.Fields.Select(field => field.Name == "event_count" ? field with { Type = new PrimitiveType(PrimitiveKind.Int) } : field)] };
        await using SessionFileWriter writer = Writer(TrialTable.Create(new MemoryFileStorage(), schema));

        SessionizeException refusal = Assert.Throws<SessionizeException>(() => writer.Encode(Batch([Example(1) with { EventCount = 3_000_000_000 }])));

        Assert.Contains("session 'u_1' has the event_count 3000000000, which the table's column 'event_count' of type int cannot hold. Widen the column to long.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_UnknownPartitionTransform_IsRefusedByName()
    {
        CatalogTable table = TrialTable.Create(new MemoryFileStorage(), s_schema);
        PartitionSpec spec = new(0, [new PartitionField(1, 1000, "p", Transform.Parse("zorder[3]"))]);
        table = table with { Metadata = table.Metadata with { PartitionSpecs = [spec] } };

        Assert.Contains("'zorder[3]' of the column 'uuid' is not known here", Assert.Throws<SessionizeException>(() => Writer(table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_UnknownTransformInTheOrder_DoNotClaimTheOrderAndAreSortedAsFarAsItGoes()
    {
        MemoryFileStorage storage = new();
        CatalogTable table = TrialTable.Create(storage, s_schema, order: TrialTable.Order(s_schema, "session_id"));
        SortOrder order = new(1, [.. table.Metadata.DefaultSortOrder.Fields, new SortField(1, Transform.Parse("zorder[3]"), IsDescending: false, NullsFirst: true)]);
        table = table with { Metadata = table.Metadata with { SortOrders = [order] } };
        await using SessionFileWriter writer = Writer(table);
        await writer.Encode(Batch([Example(2), Example(1)]))(Token);

        DataFile file = Assert.Single(await writer.FinishAsync(Token));

        Assert.Equal(0, file.SortOrderId);
        Assert.Contains("zorder[3]", Assert.Single(writer.Notes), StringComparison.Ordinal);
        Assert.Equal(["u_1", "u_2"], (await ReadDataFile.RowsAsync(storage.Files[file.FilePath], s_schema)).Select(row => row["session_id"]));
    }

    [Fact]
    public async Task Files_MorePageNamesThanThePoolTakes_AreWhole()
    {
        MemoryFileStorage storage = new();
        await using SessionFileWriter writer = Writer(TrialTable.Create(storage, s_schema, TrialTable.Spec(s_schema, ("user_hash_bucket", "identity"))));
        Session[] sessions = [.. Enumerable.Range(0, 700).Select(i => Example(i) with { PagesVisited = [.. Enumerable.Range(0, 100).Select(page => $"page-{(i * 100) + page}"), "home"], EntryPage = $"page-{i * 100}" })];
        foreach (Session[] some in sessions.Chunk(50))
        {
            await writer.Encode(Batch(some))(Token);
        }

        int count = 0;
        foreach (DataFile file in await writer.FinishAsync(Token))
        {
            foreach (Dictionary<string, object?> row in await ReadDataFile.RowsAsync(storage.Files[file.FilePath], s_schema))
            {
                Session session = sessions[int.Parse(((string)row["session_id"]!)[2..], CultureInfo.InvariantCulture)];
                Assert.Equal(session.PagesVisited, (string[])row["pages_visited"]!);
                Assert.Equal(session.EntryPage, row["entry_page"]);
                count++;
            }
        }

        Assert.Equal(700, count);
    }

    private static SessionFileWriter Writer(CatalogTable table, SessionFileWriterOptions? options = null) => new(table, SessionTableSchema.Match(table.Metadata), "c-1", options);

    private static SessionBatch Batch(IEnumerable<Session> sessions)
    {
        SessionBatch batch = new();
        foreach (Session session in sessions)
        {
            batch.Add(session);
        }

        return batch;
    }

    private static Session Example(int number) => new()
    {
        UserId = "u",
        SessionId = string.Create(CultureInfo.InvariantCulture, $"u_{number}"),
        StartMs = 1_714_996_800_000,
        EndMs = 1_714_996_801_500,
        EventCount = 2,
        EndReason = EndReasons.Inactivity,
        VisitStartMs = 1_714_996_800_000,
        UserHashBucket = number % 7,
    };
}
