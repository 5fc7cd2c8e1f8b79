using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Random sessions in random batches into tables of random shape: each row once, in a file of its partition, in order, and all metrics true.</summary>
public sealed class SessionFileWriterPropertyTests
{
    [Property(MaxTest = 150)]
    public Property Files_RandomTables_HoldEachRowOnceWhereItBelongs() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        CheckAsync(new Random(seed)).GetAwaiter().GetResult());

    private static async Task CheckAsync(Random random)
    {
        Session[] sessions = [.. HostileSessions.Sample(random, random.Next(1, 120), _ => true).Select((session, i) => session with { SessionId = $"{session.SessionId}#{i}" })];
        bool hasUuids = random.Next(4) == 0;
        if (hasUuids)
        {
            sessions = [.. sessions.Select(session => session with { UserId = Uuid(random) })];
        }

        IcebergSchema schema = RandomTables.Schema(random, hasUuids);
        Dictionary<string, string> properties = [];
        if (random.Next(3) == 0)
        {
            properties["write.target-file-size-bytes"] = random.Next(1, 20_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        MemoryFileStorage storage = new();
        CatalogTable table = TrialTable.Create(storage, schema, RandomTables.Spec(random, schema), RandomTables.Order(random, schema), properties);
        await using SessionFileWriter writer = new(table, SessionTableSchema.Match(table.Metadata), "c-1", new SessionFileWriterOptions
        {
            MemoryBytes = random.Next(3) switch { 0 => 1, 1 => 400_000, _ => 1 << 30 },
            Threads = random.Next(1, 4),
        });
        await WriteAsync(random, writer, sessions);
        IReadOnlyList<DataFile> files = await writer.FinishAsync(CancellationToken.None);

        Assert.Equal(1, storage.MostOpen);
        Assert.Equal(storage.Files.Keys.Order(StringComparer.Ordinal), files.Select(file => file.FilePath).Order(StringComparer.Ordinal));
        Dictionary<string, Session> byId = sessions.ToDictionary(session => session.SessionId, StringComparer.Ordinal);
        List<string> seen = [];
        foreach (DataFile file in files)
        {
            Session[] rows = [.. (await ReadDataFile.RowsAsync(storage.Files[file.FilePath], table.Metadata.CurrentSchema)).Select(row => CheckRow(table, row, byId))];
            seen.AddRange(rows.Select(row => row.SessionId));
            DataFileChecks.Check(table, file, rows, storage.Files[file.FilePath].Length);
        }

        Assert.Equal(byId.Keys.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        bool isTargeted = properties.Count > 0;
        Assert.True(isTargeted || files.Select(file => file.Partition).Distinct().Count() == files.Count, "A partition has several files, though none is large.");
    }

    private static async Task WriteAsync(Random random, SessionFileWriter writer, Session[] sessions)
    {
        for (int start = 0; start < sessions.Length;)
        {
            Session[] some = sessions[start..Math.Min(sessions.Length, start + random.Next(1, 50))];
            start += some.Length;
            if (random.Next(3) == 0)
            {
                await writer.WriteAsync([.. some.Select(session => new SessionChange(SessionChangeKind.Added, session))], CancellationToken.None);
                continue;
            }

            SessionBatch batch = new();
            foreach (Session session in some)
            {
                batch.Add(session);
            }

            Func<CancellationToken, ValueTask> stage = writer.Encode(batch);
            batch.Clear();
            await stage(CancellationToken.None);
        }
    }

    private static Session CheckRow(CatalogTable table, Dictionary<string, object?> row, Dictionary<string, Session> byId)
    {
        Session session = byId[(string)row["session_id"]!];
        foreach (IcebergField field in table.Metadata.CurrentSchema.Fields)
        {
            object? expected = SessionValues.Of(session, field);
            object? actual = row.GetValueOrDefault(field.Name);
            if (expected is IReadOnlyList<string> pages)
            {
                Assert.Equal(pages, (string[])actual!);
            }
            else
            {
                Assert.Equal(expected, actual);
            }
        }

        return session;
    }

    private static string Uuid(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }
}
