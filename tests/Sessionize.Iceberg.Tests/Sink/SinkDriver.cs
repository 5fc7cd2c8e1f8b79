using System.Globalization;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Commits for some lanes of a pipeline, as a process would.</summary>
internal sealed class SinkDriver : IAsyncDisposable
{
    public const string Pipeline = "clicks";
    private const long FirstDayMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;

    private static readonly string[] s_pages = ["home", "cart", "größe", "end"];

    private readonly InMemorySessionStateStore _store = new();
    private readonly Dictionary<LaneId, LaneCommit> _lanes;
    private readonly LaneId[] _asked;
    private readonly string _pipeline;
    private int _number;

    private SinkDriver(IcebergSessionSink sink, string pipeline, LaneId[] asked, IEnumerable<LaneCommit> recorded)
    {
        (Sink, _pipeline, _asked) = (sink, pipeline, asked);
        _lanes = recorded.ToDictionary(lane => lane.Lane);
        _number = (int)_lanes.Values.Select(lane => lane.Positions[0].Next).DefaultIfEmpty(0).Max();
    }

    public IcebergSessionSink Sink { get; }

    /// <summary>The ids of the sessions that this driver committed.</summary>
    public List<string> Committed { get; } = [];

    /// <summary>Where each lane stands.</summary>
    public IReadOnlyDictionary<LaneId, LaneCommit> Lanes => _lanes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<SinkDriver> OpenAsync(TablePlace place, params int[] lanes) => OpenAsync(place, Pipeline, lanes);

    public static async Task<SinkDriver> OpenAsync(TablePlace place, string pipeline, int[] lanes)
    {
        IcebergSessionSink sink = new(place.Options());
        LaneId[] asked = [.. lanes.Select(lane => new LaneId(lane))];
        try
        {
            await using InMemorySessionStateStore store = new();
            return new SinkDriver(sink, pipeline, asked, await sink.OpenAsync(new SinkOpening(pipeline, asked, store), Token));
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    /// <summary>The commit that would come next.</summary>
    public SinkCommit Next() => new(_pipeline, Guid.NewGuid(), [.. _asked.Select(lane => new LaneCommit(
        lane,
        _lanes.TryGetValue(lane, out LaneCommit? last) ? last.To : null,
        new StateVersion($"{_number + 1}-{Guid.NewGuid():N}"),
        [new PartitionPosition($"topic/{lane}", _asked.Length, _number + 1, _number)],
        FirstDayMs + _number))]);

    /// <summary>Stages rows for the next commit.</summary>
    public async Task<string[]> StageAsync(int rows)
    {
        Session[] sessions = [.. Enumerable.Range(0, rows).Select(Row)];
        await Sink.WriteAsync([.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))], Token);
        return [.. sessions.Select(session => session.SessionId)];
    }

    /// <summary>Stages rows and commits them; the commit has to succeed.</summary>
    public async Task<SinkCommit> CommitAsync(int rows)
    {
        string[] ids = await StageAsync(rows);
        SinkCommit commit = Next();
        Assert.Equal(SinkCommitOutcome.Committed, await Sink.CommitAsync(commit, Token));
        Take(commit, ids);
        return commit;
    }

    /// <summary>Goes on behind a commit that was made.</summary>
    public void Take(SinkCommit commit, IEnumerable<string> ids)
    {
        foreach (LaneCommit lane in commit.Lanes)
        {
            _lanes[lane.Lane] = lane;
        }

        Committed.AddRange(ids);
        _number++;
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await _store.DisposeAsync();
    }

    private Session Row(int row)
    {
        long start = FirstDayMs + (row % 3 * DayMs) + (_number * 1000) + row;
        return new Session
        {
            UserId = string.Create(CultureInfo.InvariantCulture, $"user-{row}"),
            SessionId = string.Create(CultureInfo.InvariantCulture, $"{_pipeline}-{string.Join('+', _asked)}-{_number}-{row}"),
            StartMs = start,
            EndMs = start + 1500,
            EventCount = 1 + (row % 4),
            PageViewCount = row % 4,
            PagesVisited = s_pages[..(row % 4)],
            EntryPage = row % 4 == 0 ? null : s_pages[0],
            ExitPage = row % 4 == 0 ? null : s_pages[(row % 4) - 1],
            EndReason = EndReasons.Inactivity,
            VisitStartMs = start,
            UserHashBucket = row % 10,
        };
    }
}
