using System.Text;
using Sessionize.Engine;
using Sessionize.Parsing;
using Sessionize.State;
using Sessionize.Storage;
using Sessionize.Testing.Harness;
using Sessionize.Tests.Documentation;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.State;

/// <summary>States as versions of the library wrote them, checked in as files: they are read and gone on with.</summary>
/// <remarks>
/// Each way of writing has a folder of its own: what changes gets the next one, and the older ones stay. SESSIONIZE_WRITE_SAMPLES names a folder into which this version writes its files.
/// </remarks>
public sealed class StateSampleTests : IDisposable
{
    private const string Pipeline = "clicks";
    private const string Newest = "2";
    private const int EventsPerPart = 30;

    private static readonly LaneId s_lane = new(3);
    private static readonly SourcePartition[] s_partitions = [new("clicks/3", s_lane, 0), new("views/3", s_lane, 1)];
    private static readonly StateVersion s_snapshot = new("15-0123456789abcdef0123456789abcdef");
    private static readonly StateVersion s_delta = new("30-fedcba9876543210fedcba9876543210");
    private static readonly Guid s_commit = new("00112233-4455-6677-8899-aabbccddeeff");

    private readonly TemporaryFolder _folder = new();
    private readonly PipelinePlan _plan;
    private readonly JsonEventParser _parser;
    private readonly byte[][] _log = NewLog();

    public StateSampleTests()
    {
        SessionizationDefinition definition = new(Pipeline);
        definition.Options.EndOnPages = ["logout"];
        definition.Rules.Add(new CampaignRule());
        _plan = new PipelinePlan(definition, isStreaming: true);
        _parser = new JsonEventParser(definition.Options, _plan.Rules.Retained);
    }

    public static TheoryData<string> Formats => [.. Directory.GetDirectories(Samples).Select(folder => Path.GetFileName(folder))];

    private static string Samples => Path.Combine(Repository.Root, "tests/Sessionize.Tests/State/Samples");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_OfThisVersion_AreThoseCheckedIn()
    {
        string target = Environment.GetEnvironmentVariable("SESSIONIZE_WRITE_SAMPLES") is { Length: > 0 } given ? given : _folder.Path;
        await WriteAsync(target);

        string sample = Path.Combine(Samples, Newest);
        string[] names = NamesBelow(sample);
        Assert.Equal(names, NamesBelow(target));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(sample, name)), File.ReadAllBytes(Path.Combine(target, name))));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Files_OfAnyVersion_AreReadAndGoneOnWith(string format)
    {
        foreach (string name in NamesBelow(Path.Combine(Samples, format)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.Copy(Path.Combine(Samples, format, name), _folder.File(name));
        }

        await using FileSessionStateStore store = Open(_folder.Path);
        SinkCommit record = (await store.ReadCommitAsync(Pipeline, Token))!;
        Assert.Equal((s_commit, s_delta), (record.Id, record.Lanes[0].To));
        Lane restored = NewLane();
        await store.LoadAsync(
            s_lane,
            record.Lanes[0].To,
            async (stream, token) =>
            {
                using MemoryStream part = new();
                await stream.CopyToAsync(part, token);
                restored.Apply(part.ToArray());
            },
            Token);
        restored.CompleteRestore();
        Assert.Equal(record.Lanes[0].Positions.Select(position => position.Next), restored.Partitions.Select(partition => partition.Next));
        Assert.Equal(record.Lanes[0].Watermark, restored.Watermark);

        Lane whole = NewLane();
        Take(whole, 0, 2 * EventsPerPart);
        whole.TakeClosed();
        foreach (Lane lane in (Lane[])[whole, restored])
        {
            Take(lane, 2 * EventsPerPart, _log.Length);
            lane.CloseAll(lane.HighestEventMs!.Value);
        }

        Assert.NotEmpty(whole.Closed);
        Assert.Equivalent(Sorted(whole), Sorted(restored), strict: true);
        Assert.Equal(whole.Counts.Late, restored.Counts.Late + LateBefore());
    }

    public void Dispose() => _folder.Dispose();

    private static Session[] Sorted(Lane lane) => [.. lane.Closed.Select(change => change.Session).OrderBy(session => session.SessionId, StringComparer.Ordinal)];

    private static FileSessionStateStore Open(string folder) => new(new LocalFileStorage(), folder, Pipeline, new VirtualClock());

    private static string[] NamesBelow(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];

    /// <summary>Events of a few users, some late, some out of order, by turns in two partitions.</summary>
    private static byte[][] NewLog()
    {
        Random random = new(20240501);
        long time = 1_714_521_600_000;
        string[] users = ["ada", "bob", "größe", "ユーザー", "e5"];
        string[] pages = ["home", "search", "cart", "logout"];
        return
        [
            .. Enumerable.Range(0, 3 * EventsPerPart).Select(number =>
            {
                time += random.Next(6 * 60_000);
                long at = random.Next(8) == 0 ? time - random.Next(120 * 60_000) : time;
                string campaign = random.Next(3) == 0 ? $$""","utm":{"campaign":"c{{random.Next(2)}}"}""" : "";
                return Encoding.UTF8.GetBytes(
                    $$"""{"uuid":"{{users[random.Next(users.Length)]}}","event_timestamp":{{at}},"page_name":"{{pages[random.Next(pages.Length)]}}","event_id":"e{{number}}"{{campaign}}}""");
            }),
        ];
    }

    private async Task WriteAsync(string folder)
    {
        await using FileSessionStateStore store = Open(folder);
        Lane lane = NewLane();
        Take(lane, 0, EventsPerPart);
        ReadOnlyMemory<byte> snapshot = lane.Checkpoint(full: true);
        await store.PrepareAsync(s_lane, s_snapshot, null, (stream, token) => stream.WriteAsync(snapshot, token), Token);
        await store.ConfirmAsync(s_lane, s_snapshot, Token);
        Take(lane, EventsPerPart, 2 * EventsPerPart);
        ReadOnlyMemory<byte> delta = lane.Checkpoint(full: false);
        await store.PrepareAsync(s_lane, s_delta, s_snapshot, (stream, token) => stream.WriteAsync(delta, token), Token);
        PartitionPosition[] positions = [.. lane.Partitions.Select(partition => new PartitionPosition(partition.Source.Name, 4, partition.Next, partition.ReplayFrom))];
        SinkCommit commit = new(Pipeline, s_commit, [new LaneCommit(s_lane, s_snapshot, s_delta, positions, lane.Watermark)])
        {
            Fingerprint = StateFingerprint.Of(_plan).ToString(),
        };
        Assert.True(await store.WriteCommitAsync(null, commit, Token));
    }

    private long LateBefore()
    {
        Lane lane = NewLane();
        Take(lane, 0, 2 * EventsPerPart);
        return lane.Counts.Late;
    }

    private Lane NewLane() => new(s_lane, _plan, s_partitions);

    private void Take(Lane lane, int from, int to)
    {
        EventBatch batch = new(_plan.Rules.Retained);
        for (int number = from; number < to; number++)
        {
            LanePartition partition = lane.Partitions[number % 2];
            batch.Begin(partition.Source.Name);
            batch.AddRecord(new RecordOrigin(partition.Next), _log[number], _parser);
            lane.Take(batch, 0, partition);
        }
    }

    private sealed class CampaignRule() : SessionBoundaryRule("campaign", RulePass.Session)
    {
        private static readonly EventField s_campaign = EventField.Of("utm.campaign");

        public override EventFields Reads => s_campaign;

        public override bool StartsNew(in BoundaryContext context) =>
            context.Current[s_campaign].IsPresent && context.Current[s_campaign] != context.Previous[s_campaign];
    }
}
