using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Tests.Sinks;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.State;

/// <summary>Pipelines whose state is in files: they are stopped, crash, are started again, and lose a lane's state.</summary>
public sealed class KeepStateInFilesTests : IDisposable
{
    private const int Partitions = 3;
    private const int EventsPerPartition = 400;
    private const string Crash = "The process ends here.";

    // T is the same in every run, whichever lanes it has read.
    private static readonly EndClosing s_closeAll = EndClosing.CloseAll(NewLog().Max(events => events[^1].TimestampMs));

    private readonly TemporaryFolder _folder = new();
    private readonly List<ClickstreamEvent>[] _log = NewLog();
    private readonly InMemorySessionTable _table = new();
    private readonly ConcurrentDictionary<string, Session> _rows = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<string> Expected => _log.SelectMany(events => events).Sessionize(Definition(_log, s_closeAll, _ => throw new InvalidOperationException()))
        .Select(Describe).Order(StringComparer.Ordinal);

    [Fact]
    public async Task RunAsync_ManyRunsOverGrowingInput_GiveTheSessionsOfOne()
    {
        for (int end = 80; end <= EventsPerPartition; end += 80)
        {
            await RunAsync(end, end == EventsPerPartition ? s_closeAll : EndClosing.LeaveOpen, _ => new InMemorySessionSink(_table));
        }

        Assert.Equal(Expected, _table.Sessions.Select(Describe).Order(StringComparer.Ordinal));
        Assert.All(Enumerable.Range(0, Partitions), lane => Assert.InRange(Directory.GetFiles(_folder.File($"{lane}")).Length, 1, 20));
    }

    [Fact]
    public async Task RunAsync_SinkOfTheStoresRecord_GivesTheSessionsOnceThroughCrashes()
    {
        Random random = new(11);
        int crashes = 0;
        for (int end = 40; end <= EventsPerPartition; end += 40)
        {
            bool isLast = end == EventsPerPartition;
            bool crashesHere = !isLast && random.Next(3) == 0;
            try
            {
                await RunAsync(
                    end,
                    isLast ? s_closeAll : EndClosing.LeaveOpen,
                    _ => new DictionarySink(_rows) { OnUpsert = () => Throw(crashesHere) });
            }
            catch (SessionizeException failure) when (failure.Message == Crash)
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, 2, 9);
        Assert.Equal(Expected, _rows.Values.Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StateOfALaneIsDamaged_StopsAndNamesTheFile()
    {
        await RunAsync(200, EndClosing.LeaveOpen, _ => new InMemorySessionSink(_table));
        string damaged = Damage(lane: 1);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => RunAsync(EventsPerPartition, s_closeAll, _ => new InMemorySessionSink(_table)));

        Assert.All((string[])["lane 1", damaged, "Bring the file back"], part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StateOfALaneIsDamagedAndOthersMayContinue_TheyDoAndTheRunFailsAtItsEnd()
    {
        await RunAsync(200, EndClosing.LeaveOpen, _ => new InMemorySessionSink(_table));
        string damaged = Damage(lane: 1);
        byte[] backup = await File.ReadAllBytesAsync(damaged + ".backup", Token);

        SessionizationPipeline pipeline = new(Definition(_log, s_closeAll, _ => new InMemorySessionSink(_table), LaneFailurePolicy.ContinueOthers));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => pipeline.RunAsync(Token));

        Assert.All((string[])["left out lane 1", damaged], part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
        Assert.Equal([new LaneId(1)], pipeline.Counts.FailedLanes);
        string[] withoutTheLane = [.. Expected.Where(session => !session.StartsWith("p1", StringComparison.Ordinal))];
        Assert.Equal(withoutTheLane, _table.Sessions.Where(session => !session.UserId.StartsWith("p1", StringComparison.Ordinal)).Select(Describe).Order(StringComparer.Ordinal));

        // With the file back, the lane goes on where it was.
        await File.WriteAllBytesAsync(damaged, backup, Token);
        await RunAsync(EventsPerPartition, s_closeAll, _ => new InMemorySessionSink(_table));
        Assert.Equal(Expected, _table.Sessions.Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StatesOfAllLanesAreGoneAndOthersMayContinue_FailsAtOnce()
    {
        await RunAsync(200, EndClosing.LeaveOpen, _ => new InMemorySessionSink(_table));
        int sessions = _table.Sessions.Count;
        for (int lane = 0; lane < Partitions; lane++)
        {
            Directory.Delete(_folder.File($"{lane}"), recursive: true);
        }

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => new SessionizationPipeline(
            Definition(_log, s_closeAll, _ => new InMemorySessionSink(_table), LaneFailurePolicy.ContinueOthers)).RunAsync(Token));

        Assert.Contains("left out lanes 0, 1, 2", failure.Message, StringComparison.Ordinal);
        Assert.Equal(sessions, _table.Sessions.Count);
    }

    [Fact]
    public async Task RunAsync_StorageOfTheLocationIsNotThere_SaysWhatToAdd()
    {
        SessionizationDefinition definition = Definition(_log, EndClosing.LeaveOpen, _ => new InMemorySessionSink(_table));
        definition.Options.State.Location = "s3://bucket/state";

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => new SessionizationPipeline(definition).RunAsync(Token));

        Assert.Contains("S3FileStorageFactory", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_OfTheConfiguration_IsKeptInItsFolder()
    {
        HostApplicationBuilder builder = new();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Sessionization:clicks:State:Location"] = _folder.Path });
        builder.Services.AddSessionization("clicks", sessions => sessions
            .From(_ => new LogSource(_log)).WithTrigger(Trigger.UntilEnd(EndClosing.LeaveOpen)).To(_ => new InMemorySessionSink(_table)));
        using IHost host = builder.Build();

        await host.Services.GetRequiredService<SessionizationPipeline>().RunAsync(Token);

        Assert.Equal(["0", "1", "2", "sessionize-state.json"], _folder.Names());
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("file://elsewhere/state")]
    public void FindMistakes_LocationThatIsNone_IsNamed(string location)
    {
        SessionizationDefinition definition = new();
        definition.Options.State.Location = location;
        Assert.StartsWith($"State.Location is '{location}'", Assert.Single(definition.FindMistakes(isStreaming: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void KeepStateInFiles_BesideAnotherStore_IsAMistake()
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(
            sessions => sessions.KeepStateInFiles("state").KeepStateIn(_ => new InMemorySessionStateStore()));
        Assert.Contains("state store", Assert.Single(definition.FindMistakes(isStreaming: true)), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void Throw(bool isTime)
    {
        if (isTime)
        {
            throw new SessionizeException(Crash);
        }
    }

    private static string Describe(Session session) => FormattableString.Invariant(
        $"{session.UserId} {session.StartMs} {session.EndMs} {session.EventCount} {session.EndReason} {string.Join(',', session.PagesVisited)}");

    /// <summary>Events of some users a partition, minutes apart, in order: none is late.</summary>
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

    private Task RunAsync(int end, EndClosing closing, Func<SessionizationContext, ISessionSink> sink) =>
        new SessionizationPipeline(Definition([.. _log.Select(events => events.Take(end).ToList())], closing, sink)).RunAsync(Token);

    private SessionizationDefinition Definition(
        IReadOnlyList<IReadOnlyList<ClickstreamEvent>> log, EndClosing closing, Func<SessionizationContext, ISessionSink> sink, LaneFailurePolicy policy = LaneFailurePolicy.Stop) =>
        SessionizationDefinition.Build(sessions => sessions
            .From(_ => new LogSource(log))
            .KeepStateInFiles(_folder.Path)
            .OnLaneFailure(policy)
            .WithTrigger(Trigger.UntilEnd(closing))
            .To(sink));

    /// <summary>Flips a bit in the newest file of a lane; a copy stays beside it.</summary>
    private string Damage(int lane)
    {
        string path = Directory.GetFiles(_folder.File($"{lane}")).MaxBy(File.GetLastWriteTimeUtc)!;
        File.Copy(path, path + ".backup");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 8;
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
