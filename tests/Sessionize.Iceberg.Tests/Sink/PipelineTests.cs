using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>What a pipeline's record in the table withstands, and what it notices (design section 5).</summary>
public sealed class PipelineTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private const string ForeignRow =
        """{"uuid":"java","session_id":"java_1","session_start_time_ms":1704067200000,"session_start_time":"2024-01-01T00:00:00.000000Z","event_count":1,"session_date":"2024-01-01","user_hash_bucket":3}""";

    private readonly TablePlaces _places = new(s3, rest);

    public static TheoryData<TablePlaceKind> Writable => [TablePlaceKind.HadoopLocal, TablePlaceKind.SqliteLocal, TablePlaceKind.PostgresLocal, TablePlaceKind.RestLocal, TablePlaceKind.RestS3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Writable))]
    public async Task Java_AppendsDeletesCompactsEvolvesExpiresBetween_BothSurvive(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0, 1);
        await driver.CommitAsync(10);
        await java.AppendAsync(place.Address, ForeignRow);
        await driver.CommitAsync(10);
        await java.CompactAsync(place.Address);
        await driver.CommitAsync(10);
        await java.EvolveAsync(place.Address, "--add", "campaign string");
        await driver.CommitAsync(10);
        await java.DeleteAsync(place.Address, "uuid = 'user-3'", "--mode", "position");
        await driver.CommitAsync(10);
        await java.ExpireAsync(place.Address, retainLast: 1);
        await driver.CommitAsync(10);
        await java.ExpireAsync(place.Address, retainLast: 1);

        await using SinkDriver restarted = await SinkDriver.OpenAsync(place, 0, 1);
        Assert.Equal(driver.Lanes.Values.OrderBy(lane => lane.Lane), restarted.Lanes.Values.OrderBy(lane => lane.Lane));
        await restarted.CommitAsync(10);
        await java.VerifyAsync(place.Address);

        // The delete took the rows of one user of four commits.
        Assert.Equal(70 + 1 - 4, await java.CountAsync(place.Address));
        string[] ids = [.. (await java.ReadAsync(place.Address, "--select", "session_id")).Column("session_id").Select(id => id.GetString()!)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public async Task CommittedBytes_OfASink_AreThoseOfItsDataFiles()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(10);
        await driver.CommitAsync(10);

        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token);
        Assert.Equal((await table.FilesAsync(cancellationToken: Token)).Sum(file => file.Bytes), ((IMeasuredSink)driver.Sink).CommittedBytes);
    }

    [Fact]
    public async Task Java_RollsBackThreeSnapshots_StopsWithThePositions()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        for (int commit = 0; commit < 5; commit++)
        {
            await driver.CommitAsync(2);
        }

        long[] snapshots = [.. (await java.DescribeAsync(place.Address)).GetProperty("snapshots").EnumerateArray().Select(snapshot => snapshot.GetProperty("snapshot_id").GetInt64())];
        await java.RollbackAsync(place.Address, snapshots[1]);

        SessionizeException running = await Assert.ThrowsAsync<SessionizeException>(() => driver.CommitAsync(2));
        SessionizeException restarted = await Assert.ThrowsAsync<SessionizeException>(() => SinkDriver.OpenAsync(place, 0));
        Assert.All([running, restarted], failure => Assert.Contains("topic/0 at 2", failure.Message, StringComparison.Ordinal));

        await using SinkDriver accepted = await SinkDriver.OpenAsync(place.With(options => options.AcceptRollback = true), 0);
        Assert.Equal(2, accepted.Lanes[new LaneId(0)].Positions[0].Next);
        await accepted.CommitAsync(2);
        await using SinkDriver later = await SinkDriver.OpenAsync(place, 0);
        Assert.Equal(3, later.Lanes[new LaneId(0)].Positions[0].Next);
        Assert.Equal(6, await java.CountAsync(place.Address));
    }

    [Fact]
    public async Task Record_NeitherCarrierNorTagLeft_IsNoFreshStart()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.SqliteLocal);
        await using (SinkDriver driver = await SinkDriver.OpenAsync(place, 0))
        {
            await driver.CommitAsync(2);
        }

        // Java's expiry keeps what is tagged: the tag has to go first.
        await TableEdits.RemoveTagAsync(place, $"sessionize-{SinkDriver.Pipeline}");
        await java.AppendAsync(place.Address, ForeignRow);
        await java.ExpireAsync(place.Address, retainLast: 1);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => SinkDriver.OpenAsync(place, 0));
        Assert.Contains("--accept-rollback", failure.Message, StringComparison.Ordinal);
        await using SinkDriver other = await SinkDriver.OpenAsync(place, "other", [0]);
        Assert.Empty(other.Lanes);
    }

    [Fact]
    public async Task Lanes_Hundreds_StandInAFileBesideTheTable()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        int[] lanes = [.. Enumerable.Range(0, 400)];
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, lanes);
        for (int commit = 0; commit < 3; commit++)
        {
            await driver.CommitAsync(5);
        }

        string warehouse = place.Options().Warehouse;
        string[] files = LanesFiles();
        Assert.Equal(3, files.Length);
        string metadata = Directory.GetFiles($"{place.Address.Location}/metadata", "v*.metadata.json").MaxBy(file => new FileInfo(file).LastWriteTimeUtc)!;
        Assert.True(new FileInfo(metadata).Length < 16_000, $"{new FileInfo(metadata).Length} bytes of metadata");

        await using (SinkDriver restarted = await SinkDriver.OpenAsync(place, lanes))
        {
            Assert.Equal(driver.Lanes.Values.OrderBy(lane => lane.Lane), restarted.Lanes.Values.OrderBy(lane => lane.Lane));
            await restarted.CommitAsync(5);
            await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token);
            IcebergPipelineInfo pipeline = Assert.Single((await table.DescribeAsync(cancellationToken: Token)).Pipelines);
            Assert.Equal((SinkDriver.Pipeline, false), (pipeline.Name, pipeline.IsRolledBack));
            Assert.Equal(restarted.Lanes.Values.OrderBy(lane => lane.Lane), pipeline.Lanes);
        }

        await java.VerifyAsync(place.Address);
        await File.WriteAllTextAsync(LanesFiles().MaxBy(file => new FileInfo(file).CreationTimeUtc)!, "[]", Token);
        Assert.Contains("is not what was written", (await Assert.ThrowsAsync<SessionizeException>(() => SinkDriver.OpenAsync(place, lanes))).Message, StringComparison.Ordinal);
        await using IcebergSessionTable damaged = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token);
        Assert.Contains((await damaged.VerifyAsync(Token)).Findings, finding => finding.Code == "pipeline");

        string[] LanesFiles() => Directory.GetFiles($"{warehouse}/_sessionize/{SinkDriver.Pipeline}/lanes", "*.json", SearchOption.AllDirectories);
    }

    [Fact]
    public async Task Pipelines_TwoInOneTable_CarryEachOtherForward()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        await using SinkDriver one = await SinkDriver.OpenAsync(place, "one", [0]);
        await using SinkDriver two = await SinkDriver.OpenAsync(place, "two", [0]);
        await one.CommitAsync(1);
        await two.CommitAsync(1);
        await java.ExpireAsync(place.Address, retainLast: 1);
        await two.CommitAsync(1);
        await two.CommitAsync(1);
        await java.ExpireAsync(place.Address, retainLast: 1);

        await using SinkDriver restarted = await SinkDriver.OpenAsync(place, "one", [0]);
        Assert.Equal(one.Lanes.Values, restarted.Lanes.Values);
        await one.CommitAsync(1);

        // The tag has moved on, and the snapshot that only it kept goes.
        await java.ExpireAsync(place.Address, retainLast: 1);
        await java.VerifyAsync(place.Address);
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();
}
