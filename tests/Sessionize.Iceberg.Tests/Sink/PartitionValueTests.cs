using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Iceberg.Tests.Tool;
using Sessionize.Iceberg.Writing;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Hostile values in every kind of partition, and hostile columns: all readers return what was written, and the audit finds nothing.</summary>
public sealed class PartitionValueTests(S3Server s3, RestCatalogServer rest, IceCheck java, DuckDbIceberg duckDb) : IAsyncDisposable
{
    /// <summary>Its hash is the least 32-bit number, of which Spark's <c>abs</c> is itself.</summary>
    private const string LeastHash = "user-8103Fb9";

    private const int LeastHashBucket = -48;

    private static readonly string[] s_texts =
    [
        "", " ", "a/b", "a=b", "100%", "%2F", "a b+c", ".", "..", "\\", "'", "\"", "\n", "\0", "null", "__HIVE_DEFAULT_PARTITION__", "?x#y&z", "é", "e\u0301",
        "😀", "\U0010ffff", "\uffff", "\ud7ff", LeastHash, new string('x', 1000), new string('x', 999) + "/", string.Concat(Enumerable.Repeat("😀/%", 250)),
    ];

    // No session begins before 1970 (semantics section 8); the ends of days, months and years, of a leap day, and of the times that are taken.
    private static readonly long[] s_times =
    [
        0, 1, 86_399_999, 86_400_000, 946_684_799_999, 946_684_800_000, 951_782_400_000, 951_868_799_999, 951_868_800_000, 1_704_067_200_000, 7_258_118_399_999,
    ];

    private static readonly int[] s_buckets = [LeastHashBucket, int.MinValue, int.MaxValue, 0, 99, -1];

    private readonly TablePlaces _places = new(s3, rest);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TablePlaceKind.HadoopLocal, "uuid")]
    [InlineData(TablePlaceKind.HadoopS3, "uuid")]
    [InlineData(TablePlaceKind.RestLocal, "entry_page,end_reason")]
    [InlineData(TablePlaceKind.SqliteS3, "exit_page")]
    [InlineData(TablePlaceKind.SqliteLocal, "session_id")]
    [InlineData(TablePlaceKind.HadoopLocal, "session_date,user_hash_bucket")]
    [InlineData(TablePlaceKind.HadoopLocal, "session_start_time_ms,session_end_time_ms,event_count,page_view_count,visit_start_time_ms,session_index,revision")]
    [InlineData(TablePlaceKind.HadoopLocal, "session_start_time,session_end_time,session_duration_seconds,is_bounce")]
    [InlineData(TablePlaceKind.HadoopLocal, "bucket(4,uuid),bucket(3,entry_page),bucket(5,session_start_time),bucket(6,event_count),bucket(2,user_hash_bucket)")]
    [InlineData(TablePlaceKind.HadoopLocal, "truncate(2,uuid),truncate(1,exit_page),truncate(10,event_count),truncate(7,user_hash_bucket)")]
    [InlineData(TablePlaceKind.HadoopLocal, "year(session_start_time),month(session_end_time)")]
    [InlineData(TablePlaceKind.HadoopLocal, "day(session_start_time),bucket(16,uuid)")]
    [InlineData(TablePlaceKind.HadoopLocal, "hour(session_start_time)")]
    [InlineData(TablePlaceKind.HadoopLocal, "void(uuid),session_date")]
    public async Task Values_EverySpec_ReadBackByAll(TablePlaceKind kind, string partitionBy)
    {
        TablePlace place = (await _places.NewAsync(kind)).With(options => options.PartitionBy = partitionBy);
        Session[] sessions = Sessions();
        await WriteAsync(place, sessions);

        Assert.Equal(InOrder(sessions), InOrder(await SinkRows.ReadAsync(place, Token)));
        await AssertReadersAgreeAsync(place);
        foreach (string user in (string[])["", "a/b", "%2F", LeastHash, new string('x', 1000), "\U0010ffff"])
        {
            Assert.Equal(InOrder(sessions.Where(session => session.UserId == user)), InOrder(await QueryAsync(place, new SessionQuery { UserId = user })));
        }

        Assert.Equal(
            InOrder(sessions.Where(session => session.UserHashBucket == LeastHashBucket)), InOrder(await QueryAsync(place, new SessionQuery { Bucket = LeastHashBucket })));
        Assert.Equal(
            InOrder(sessions.Where(session => session.StartMs < 946_684_800_000)),
            InOrder(await QueryAsync(place, new SessionQuery { StartTo = DateTimeOffset.FromUnixTimeMilliseconds(946_684_800_000) })));
    }

    [Theory]
    [InlineData(TablePlaceKind.HadoopLocal)]
    [InlineData(TablePlaceKind.RestLocal)]
    public async Task Columns_OfAnotherOrderAndHostileNames_KeepTheirValues(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        string[] names = ["a/b=c%", "größe 😀", "select", " lead", "x.y", "'q\"", "1st", "element", new string('n', 300)];
        List<IcebergField> fields = [];
        foreach (IcebergField own in SessionTableSchema.New().Fields.Reverse())
        {
            if (fields.Count / 2 < names.Length)
            {
                fields.Add(new IcebergField(100 + fields.Count, names[fields.Count / 2], new PrimitiveType(PrimitiveKind.String), IsRequired: false));
            }

            fields.Add(own with { Id = own.Id + 50, Type = own.Type is ListType list ? list with { ElementId = 90 } : own.Type, IsRequired = own.Name == "uuid" });
        }

        IcebergSchema schema = new(0, fields);
        PartitionField[] partition =
        [
            new(schema.Find(names[0])!.Id, 1000, names[0], new Transform(TransformKind.Identity)),
            new(schema.Find("uuid")!.Id, 1001, "größe=/1.%", new Transform(TransformKind.Bucket, 4)),
            new(schema.Find("session_start_time")!.Id, 1002, "2nd", new Transform(TransformKind.Year)),
        ];
        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(place.Options(), TimeProvider.System);
        await using (catalog)
        {
            Assert.NotNull(await catalog.CreateAsync(
                name, new TableCreation(schema, new PartitionSpec(0, partition), SortOrder.Unsorted, new Dictionary<string, string>()), Token));
        }

        Session[] sessions = Sessions();
        await WriteAsync(place, sessions);

        Assert.Equal(InOrder(sessions), InOrder(await SinkRows.ReadAsync(place, Token)));
        await AssertReadersAgreeAsync(place);
    }

    [Fact]
    public async Task UserOfTheLeastHash_ByTheTool_IsInItsBucketAndFoundThere()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        string events = _folder.Write("e.ndjson", EventFiles.Line(LeastHash, 1_704_067_200_000) + EventFiles.Line("other", 1_704_067_200_000));
        string[] where = [place.Options().Name, .. TableArguments.Of(place)];
        Assert.Equal(0, ToolProcess.Run(_folder.Path, ["batch", events, "--table", .. where]).AssertCivil().ExitCode);

        TableRows found = await java.ReadAsync(place.Address, "--where", $"user_hash_bucket = {LeastHashBucket}", "--select", "uuid");
        Assert.Equal(LeastHash, Assert.Single(found.Column("uuid")).GetString());
        Assert.True(Directory.Exists($"{place.Address.Location}/data/session_date=2024-01-01/user_hash_bucket={LeastHashBucket}"));
        ToolResult queried = ToolProcess.Run(_folder.Path, ["table", "query", .. where, "--user", LeastHash, "--buckets", "100"]).AssertCivil();
        Assert.Contains($"{LeastHash}_session_", queried.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 files", queried.Output, StringComparison.Ordinal);
        ToolResult verified = ToolProcess.Run(_folder.Path, ["table", "verify", .. where]).AssertCivil();
        Assert.Contains("1 snapshot, 1 manifest, 2 data files, 0 delete files and 2 live rows were looked at", verified.Output, StringComparison.Ordinal);
        await java.VerifyAsync(place.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _folder.Dispose();
    }

    private static Session[] Sessions() => [.. s_texts.Select((text, i) =>
    {
        long start = s_times[i % s_times.Length];
        string? page = i % 4 == 0 ? null : s_texts[^(i + 1)];
        return new Session
        {
            UserId = text,
            SessionId = $"{text}_session_{i}",
            StartMs = start,
            EndMs = start + (i % 3 * 1234),
            EventCount = i % 5 == 0 ? long.MaxValue : 1 + (i % 2),
            PageViewCount = i % 5 == 1 ? long.MaxValue : i % 3,
            PagesVisited = page is null ? [] : [page, text],
            EntryPage = page,
            ExitPage = page is null ? null : text,
            EndReason = i % 7 == 0 ? text : EndReasons.Inactivity,
            VisitStartMs = start,
            SessionIndex = i % 3 == 0 ? int.MaxValue : i % 3,
            Revision = i % 2,
            UserHashBucket = text == LeastHash ? LeastHashBucket : s_buckets[i % s_buckets.Length],
        };
    })];

    private static IEnumerable<Session> InOrder(IEnumerable<Session> sessions) => sessions.OrderBy(session => session.SessionId, StringComparer.Ordinal);

    private static async Task WriteAsync(TablePlace place, Session[] sessions)
    {
        await using IcebergSessionSink sink = new(place.Options());
        await using InMemorySessionStateStore store = new();
        await sink.OpenAsync(new SinkOpening("hostile", [], store), Token);
        await sink.WriteAsync([.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))], Token);
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(new SinkCommit("hostile", Guid.NewGuid(), []), Token));
    }

    private static async Task<IReadOnlyList<Session>> QueryAsync(TablePlace place, SessionQuery query)
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token);
        return await table.ReadAsync(query, Token).ToListAsync(Token);
    }

    private async Task AssertReadersAgreeAsync(TablePlace place)
    {
        await java.VerifyAsync(place.Address);
        TableRows rows = await java.ReadAsync(place.Address);
        await using (IcebergSessionTable table = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token))
        {
            TableRows.AssertEqual(rows, await OurReader.ReadAsync(table, null, _ => RowFilter.Everything));
        }

        if (place.Address.Location is not null || place.Address.Rest is not null)
        {
            TableRows.AssertEqual(rows, await duckDb.ReadAsync(place.Address));
        }
    }
}
