using System.Collections.Concurrent;
using Sessionize.Sinks;
using Sessionize.State;
using Xunit;

namespace Sessionize.Tests.Sinks;

public sealed class UpsertSessionSinkTests
{
    private const string Pipeline = "clicks";

    private readonly ConcurrentDictionary<string, Session> _table = new();
    private readonly InMemoryStateFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CommitAsync_OtherLaneSwapsBetween_MergesBothAndUpsertsOnce()
    {
        InterruptedStateStore store = new(_folder);
        DictionarySink mine = await OpenAsync(store, 0);
        DictionarySink theirs = await OpenAsync(new InterruptedStateStore(_folder), 1);
        int upserts = 0;
        mine.OnUpsert = () => upserts++;
        SinkCommit their = Commit(Step(1, null, "b"));
        store.BeforeSwap = async () =>
        {
            store.BeforeSwap = null;
            await theirs.CommitAsync(their, Token);
        };
        SinkCommit my = Commit(Step(0, null, "a"));
        await mine.WriteAsync([Added("s1")], Token);

        Assert.Equal(SinkCommitOutcome.Committed, await mine.CommitAsync(my, Token));

        SinkCommit record = (await store.ReadCommitAsync(Pipeline, Token))!;
        Assert.Equal([.. my.Lanes, .. their.Lanes], record.Lanes);
        Assert.Equal([their.Id], record.Earlier);
        Assert.Equal(2, store.Swaps);
        Assert.Equal(1, upserts);
        Assert.True(await mine.HasCommittedAsync(their, Token));
        Assert.True(await theirs.HasCommittedAsync(my, Token));
    }

    [Fact]
    public async Task CommitAsync_OwnLaneIsTakenBetween_IsRefused()
    {
        InterruptedStateStore store = new(_folder);
        DictionarySink mine = await OpenAsync(store, 0);
        DictionarySink theirs = await OpenAsync(new InterruptedStateStore(_folder), 0);
        SinkCommit their = Commit(Step(0, null, "b"));
        store.BeforeSwap = async () => await theirs.CommitAsync(their, Token);
        SinkCommit my = Commit(Step(0, null, "a"));

        Assert.Equal(SinkCommitOutcome.Refused, await mine.CommitAsync(my, Token));
        Assert.False(await mine.HasCommittedAsync(my, Token));
        Assert.Equal(1, store.Swaps);
    }

    [Fact]
    public async Task CommitAsync_LaneIsLostAlready_WritesNoRow()
    {
        DictionarySink mine = await OpenAsync(new InterruptedStateStore(_folder), 0);
        DictionarySink theirs = await OpenAsync(new InterruptedStateStore(_folder), 0);
        await theirs.CommitAsync(Commit(Step(0, null, "b")), Token);
        await mine.WriteAsync([Added("s1")], Token);

        Assert.Equal(SinkCommitOutcome.Refused, await mine.CommitAsync(Commit(Step(0, null, "a")), Token));
        Assert.Empty(_table);
    }

    [Fact]
    public async Task CommitAsync_CrashBetweenUpsertAndSwap_IsRepeatedByTheNextProcess()
    {
        InterruptedStateStore store = new(_folder) { BeforeSwap = () => throw new IOException("gone") };
        DictionarySink crashed = await OpenAsync(store, 0);
        await crashed.WriteAsync([Added("s1")], Token);
        SinkCommit lost = Commit(Step(0, null, "a"));
        await Assert.ThrowsAsync<IOException>(() => crashed.CommitAsync(lost, Token).AsTask());
        Assert.Single(_table);

        DictionarySink next = await OpenAsync(new InterruptedStateStore(_folder), 0);
        Assert.False(await next.HasCommittedAsync(lost, Token));
        await next.WriteAsync([Added("s1")], Token);
        Assert.Equal(SinkCommitOutcome.Committed, await next.CommitAsync(Commit(Step(0, null, "b")), Token));
        Assert.Single(_table);
    }

    [Fact]
    public async Task HasCommittedAsync_AnswerOfTheSwapWasLost_IsTrueAndForgetsTheRows()
    {
        InterruptedStateStore store = new(_folder) { AfterSwap = () => throw new TimeoutException() };
        DictionarySink sink = await OpenAsync(store, 0);
        await sink.WriteAsync([Added("s1")], Token);
        SinkCommit commit = Commit(Step(0, null, "a"));
        await Assert.ThrowsAsync<TimeoutException>(() => sink.CommitAsync(commit, Token).AsTask());
        store.AfterSwap = null;

        Assert.True(await sink.HasCommittedAsync(commit, Token));
        _table.Clear();
        await sink.CommitAsync(Commit(Step(0, "a", "b")), Token);
        Assert.Empty(_table);
    }

    [Fact]
    public async Task CommitAsync_EarlierSwapLandsLate_IsFoundNotRepeated()
    {
        InterruptedStateStore store = new(_folder);
        DictionarySink sink = await OpenAsync(store, 0);
        SinkCommit commit = Commit(Step(0, null, "a"));
        store.BeforeSwap = async () =>
        {
            store.BeforeSwap = null;
            await new InMemorySessionStateStore(_folder).WriteCommitAsync(null, commit, Token);
        };

        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(commit, Token));
        Assert.Equal(commit, await store.ReadCommitAsync(Pipeline, Token));
    }

    [Fact]
    public async Task HasCommittedAsync_MoreCommitsThanAreRemembered_IsRightOrSaysThatItCannotTell()
    {
        DictionarySink sink = await OpenAsync(new InterruptedStateStore(_folder), 0, 1);
        SinkCommit first = Commit(Step(0, null, "a"));
        SinkCommit second = Commit(Step(0, "a", "b"));
        SinkCommit refused = Commit(Step(0, "a", "x"));
        SinkCommit old = Commit(Step(0, null, "y"));
        await sink.CommitAsync(first, Token);
        await sink.CommitAsync(second, Token);
        string? from = null;
        for (int other = 0; other < 1100; other++)
        {
            await sink.CommitAsync(Commit(Step(1, from, $"o{other}")), Token);
            from = $"o{other}";
        }

        Assert.True(await sink.HasCommittedAsync(first, Token));
        Assert.True(await sink.HasCommittedAsync(second, Token));
        Assert.False(await sink.HasCommittedAsync(refused, Token));
        Assert.False(await sink.HasCommittedAsync(Commit(Step(0, "b", "c")), Token));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => sink.HasCommittedAsync(old, Token).AsTask());
        Assert.Contains("Restart", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_RecordIsGone_IsAnErrorAndNoFreshStart()
    {
        DictionarySink sink = await OpenAsync(new InterruptedStateStore(_folder), 0);
        await sink.CommitAsync(Commit(Step(0, null, "a")), Token);

        await using InterruptedStateStore empty = new(new InMemoryStateFolder());
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => sink.OpenAsync(new SinkOpening(Pipeline, [new LaneId(0)], empty), Token).AsTask());

        Assert.Contains("gone", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_OthersSwapForEver_GivesUpWithASentence()
    {
        InterruptedStateStore store = new(_folder);
        DictionarySink mine = await OpenAsync(store, 0);
        InMemorySessionStateStore others = new(_folder);
        store.BeforeSwap = async () =>
        {
            SinkCommit? record = await others.ReadCommitAsync(Pipeline, Token);
            await others.WriteCommitAsync(record?.Id, Commit(), Token);
        };

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => mine.CommitAsync(Commit(Step(0, null, "a")), Token).AsTask());

        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task CommitAsync_WithoutLanes_OnlyUpserts()
    {
        InterruptedStateStore store = new(_folder);
        DictionarySink follower = await OpenAsync(store);
        await follower.WriteAsync([Added("s1")], Token);

        Assert.Equal(SinkCommitOutcome.Committed, await follower.CommitAsync(Commit(), Token));
        Assert.Single(_table);
        Assert.Equal(0, store.Swaps);
        Assert.Null(await store.ReadCommitAsync(Pipeline, Token));
    }

    private async Task<DictionarySink> OpenAsync(ISessionStateStore store, params int[] lanes)
    {
        DictionarySink sink = new(_table);
        await sink.OpenAsync(new SinkOpening(Pipeline, [.. lanes.Select(lane => new LaneId(lane))], store), Token);
        return sink;
    }

    private static SinkCommit Commit(params LaneCommit[] lanes) => new(Pipeline, Guid.NewGuid(), lanes);

    private static LaneCommit Step(int lane, string? from, string to) =>
        new(new LaneId(lane), from is null ? null : new StateVersion(from), new StateVersion(to), [], 0);

    private static SessionChange Added(string id) => new(SessionChangeKind.Added, new Session
    {
        UserId = "u",
        SessionId = id,
        StartMs = 0,
        EndMs = 0,
        EventCount = 1,
        EndReason = EndReasons.Inactivity,
        VisitStartMs = 0,
    });
}
