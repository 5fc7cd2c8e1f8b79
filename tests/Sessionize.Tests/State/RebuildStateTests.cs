using System.Globalization;
using Sessionize.Sinks;
using Sessionize.Tests.Engine;
using Sessionize.Tests.Sinks;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.State;

/// <summary>Pipelines that lose the files of a lane's state, and rebuild it from the source or say why they cannot.</summary>
public sealed class RebuildStateTests : IDisposable
{
    private const int Partitions = 2;
    private const int EventsPerPartition = 400;
    private const int Committed = 240;

    private static readonly EndClosing s_closeAll = EndClosing.CloseAll(NewLog().Max(events => events[^1].TimestampMs));

    private readonly TemporaryFolder _folder = new();
    private readonly List<ClickstreamEvent>[] _log = NewLog();
    private readonly InMemorySessionTable _table = new();
    private readonly InMemoryDeadLetterSink _letters = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<string> Expected => _log.SelectMany(events => events).Sessionize(Define(_log, s_closeAll)).Select(Describe).Order(StringComparer.Ordinal);

    public static TheoryData<string> Losses => ["a flipped bit", "the newest file", "the newest two files", "all files", "all lanes"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task RunAsync_StateIsLost_IsRebuiltAndGoesOn(string loss)
    {
        await CommitAsync();
        Lose(loss);
        int rows = _table.Sessions.Count;

        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(_log, s_closeAll));
        Assert.Contains("--rebuild-state", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(rows, _table.Sessions.Count);

        // Without new records it is written again, and that is all that happens.
        int commits = _table.Commits.Count;
        await RunAsync(Head(Committed), EndClosing.LeaveOpen, rebuild: true);
        Assert.Equal(rows, _table.Sessions.Count);
        Assert.InRange(_table.Commits.Count, commits + 1, commits + Partitions);
        Assert.Empty(_letters.Letters);

        await RunAsync(_log, s_closeAll);
        Assert.Equal(Expected, _table.Sessions.Select(Describe).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task RunAsync_StateIsLostAndMoreRecordsCame_TakesEachOnce(string loss)
    {
        await CommitAsync();
        Lose(loss);

        SessionizationPipeline pipeline = new(Define(_log, s_closeAll, rebuild: true));
        await pipeline.RunAsync(Token);

        Assert.Equal(Expected, _table.Sessions.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal(Partitions * (EventsPerPartition - Committed), pipeline.Counts.Events);
    }

    [Fact]
    public async Task RunAsync_StoresRecordDecides_IsRebuiltAsWell()
    {
        System.Collections.Concurrent.ConcurrentDictionary<string, Session> rows = new();
        SessionizationDefinition first = Define(Head(Committed), EndClosing.LeaveOpen);
        first.Sink = _ => new DictionarySink(rows);
        await new SessionizationPipeline(first).RunAsync(Token);
        Lose("all lanes");

        SessionizationDefinition second = Define(_log, s_closeAll, rebuild: true);
        second.Sink = _ => new DictionarySink(rows);
        await new SessionizationPipeline(second).RunAsync(Token);

        Assert.Equal(Expected, rows.Values.Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_AfterAllWasClosed_NeedsNoRecords()
    {
        await RunAsync(Head(Committed), EndClosing.CloseAll(_log.Max(events => events[Committed - 1].TimestampMs)));
        Lose("all lanes");
        ClickstreamEvent other = new("another", 1_704_067_200_000);
        List<ClickstreamEvent>[] otherRecords = [.. _log.Select(events => Enumerable.Repeat(other, Committed).Concat(events[Committed..]).ToList())];

        await RunAsync(otherRecords, s_closeAll, rebuild: true);

        // Where T lay in one partition, some events of the other one are late.
        Assert.DoesNotContain(_table.Sessions, row => row.UserId == other.UserId);
        Assert.Equal(Partitions * EventsPerPartition, _table.Sessions.Sum(row => row.EventCount) + _letters.Letters.Count);
    }

    [Fact]
    public async Task RunAsync_RulesWereChangedMeanwhile_IsRefusedBeforeItReads()
    {
        await CommitAsync();
        Lose("all files");
        SessionizationDefinition changed = Define(_log, s_closeAll, rebuild: true);
        changed.Options.InactivityTimeout = TimeSpan.FromMinutes(7);

        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(() => new SessionizationPipeline(changed).RunAsync(Token));

        AssertRefusal(refusal, "rules or settings are others than at its last commit", "Start once with the former ones");
    }

    [Fact]
    public async Task RunAsync_RulesWereChangedBefore_IsRefusedWithTheReason()
    {
        await RunAsync(Head(Committed - 3), EndClosing.LeaveOpen);
        SessionizationDefinition changed = Define(Head(Committed), EndClosing.LeaveOpen);
        changed.Options.InactivityTimeout = TimeSpan.FromMinutes(7);
        await new SessionizationPipeline(changed).RunAsync(Token);
        Lose("all files");
        changed.Options.RebuildState = true;

        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(() => new SessionizationPipeline(changed).RunAsync(Token));

        AssertRefusal(refusal, "give a state of the checksum", "rules or settings were changed after these positions");
    }

    [Fact]
    public async Task RunAsync_RecordsWereChanged_IsRefused()
    {
        await CommitAsync();
        Lose("all files");
        _log[1][Committed - 1] = _log[1][Committed - 1] with { PageName = "another" };

        AssertRefusal(
            await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(_log, s_closeAll, rebuild: true)),
            FormattableString.Invariant($"'clicks/1' from 0 to {Committed}"),
            "the records were changed");
    }

    [Fact]
    public async Task RunAsync_SourceEndsBeforeTheCommit_IsRefusedWithThePositions()
    {
        await CommitAsync();
        Lose("all files");

        AssertRefusal(
            await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(Head(Committed - 10), s_closeAll, rebuild: true)),
            FormattableString.Invariant($"'clicks/1' was read up to {Committed - 10}, and its records up to {Committed} are needed"));
    }

    [Fact]
    public async Task RunAsync_RebuildingFailsAndOthersMayContinue_TheyDo()
    {
        await CommitAsync();
        Lose("all files");
        _log[1][Committed - 1] = _log[1][Committed - 1] with { PageName = "another" };
        SessionizationDefinition definition = Define(_log, s_closeAll, rebuild: true);
        definition.Options.LaneFailures = LaneFailurePolicy.ContinueOthers;
        SessionizationPipeline pipeline = new(definition);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => pipeline.RunAsync(Token));

        Assert.Contains("left out lane 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal([new LaneId(1)], pipeline.Counts.FailedLanes);
        Assert.Equal(
            Expected.Where(row => row.StartsWith("p0", StringComparison.Ordinal)),
            _table.Sessions.Where(row => row.UserId.StartsWith("p0", StringComparison.Ordinal)).Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_CommitOfAnOlderVersionWithoutChecksum_IsRefused()
    {
        await CommitAsync();
        Lose("all files");
        SessionizationDefinition definition = Define(_log, s_closeAll, rebuild: true);
        definition.Sink = _ => new ForgetfulSink(new InMemorySessionSink(_table));

        AssertRefusal(
            await Assert.ThrowsAsync<SessionizeException>(() => new SessionizationPipeline(definition).RunAsync(Token)),
            "its last commit has no checksum");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefusal(SessionizeException refusal, params string[] parts)
    {
        Assert.Contains("lane 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be rebuilt", refusal.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
    }

    private static string Describe(Session session) => FormattableString.Invariant(
        $"{session.UserId} {session.StartMs} {session.EndMs} {session.EventCount} {session.EndReason} {string.Join(',', session.PagesVisited)}");

    private static List<ClickstreamEvent>[] NewLog()
    {
        Random random = new(3);
        return
        [
            .. Enumerable.Range(0, Partitions).Select(partition =>
            {
                long time = 1_704_067_200_000;
                return Enumerable.Range(0, EventsPerPartition)
                    .Select(_ => new ClickstreamEvent($"p{partition}-{random.Next(9)}", time += random.Next(400_000), $"page{random.Next(5)}")).ToList();
            }),
        ];
    }

    /// <summary>Several runs, so that there are several versions.</summary>
    private async Task CommitAsync()
    {
        for (int end = 180; end <= Committed; end += 20)
        {
            await RunAsync(Head(end), EndClosing.LeaveOpen);
        }
    }

    private List<ClickstreamEvent>[] Head(int events) => [.. _log.Select(partition => partition.Take(events).ToList())];

    private Task RunAsync(IReadOnlyList<IReadOnlyList<ClickstreamEvent>> log, EndClosing closing, bool rebuild = false) =>
        new SessionizationPipeline(Define(log, closing, rebuild)).RunAsync(Token);

    private SessionizationDefinition Define(IReadOnlyList<IReadOnlyList<ClickstreamEvent>> log, EndClosing closing, bool rebuild = false) =>
        SessionizationDefinition.Build(sessions => sessions
            .From(_ => new LogSource(log))
            .KeepStateInFiles(_folder.Path)
            .RebuildState(rebuild)
            .WithTrigger(Trigger.UntilEnd(closing))
            .DeadLettersTo(_ => _letters)
            .To(_ => new InMemorySessionSink(_table)));

    private void Lose(string loss)
    {
        string[] files = [.. Directory.GetFiles(_folder.File("1")).OrderByDescending(PositionOf)];
        switch (loss)
        {
            case "a flipped bit":
                byte[] bytes = File.ReadAllBytes(files[0]);
                bytes[bytes.Length / 2] ^= 8;
                File.WriteAllBytes(files[0], bytes);
                break;
            case "all lanes":
                Directory.Delete(_folder.File("0"), recursive: true);
                Directory.Delete(_folder.File("1"), recursive: true);
                break;
            default:
                foreach (string file in files.Take(loss == "the newest file" ? 1 : loss == "all files" ? files.Length : 2))
                {
                    File.Delete(file);
                }

                break;
        }
    }

    private static long PositionOf(string file) => long.Parse(Path.GetFileName(file).Split('-')[0], CultureInfo.InvariantCulture);
}
