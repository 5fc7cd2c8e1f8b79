using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Testing;
using Sessionize.Testing.Laws;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.Engine;

/// <summary>Pipelines over a source whose partitions move between them.</summary>
public sealed class GroupSourceTests
{
    private const int TimeoutMs = 300_000;
    private const long BaseMs = 1_704_082_500_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly MemoryGroup _group = new(partitions: 4);
    private readonly InMemorySessionTable _table = new();
    private readonly InMemoryStateFolder _folder = new();
    private readonly List<ClickstreamEvent> _events = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 150)];

    [Theory(Timeout = TimeoutMs)]
    [MemberData(nameof(Seeds))]
    public async Task RunAsync_PartitionsThatAreMovedAndStolen_GiveEachSessionOnce(int seed)
    {
        Random random = new(seed);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        MemoryGroupSource[] members = [.. Enumerable.Range(0, 3).Select(_ => new MemoryGroupSource(_group))];
        Task[] runs = [.. members.Select((member, i) => RunAsync(member, Trigger.Interval(TimeSpan.FromMilliseconds(2)), stop.Token, LingerAsync(new Random(seed + i))))];
        int[] owners = new int[_group.Count];
        members[0].Assign(Enumerable.Range(0, _group.Count));

        for (int step = 0; step < 40; step++)
        {
            AppendEvents(random);
            int number = random.Next(_group.Count);
            MemoryGroupSource owner = members[owners[number]];
            owners[number] = (owners[number] + random.Next(1, members.Length)) % members.Length;
            if (random.Next(3) > 0)
            {
                await owner.RevokeAsync(number, s_patience).WaitAsync(Token);
                members[owners[number]].Assign(number);
            }
            else
            {
                members[owners[number]].Assign(number);
                owner.Lose(number);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(runs);
        await CloseAllAsync();

        AssertEachSessionOnce();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_CommitUnderWay_RecordsBehindItAreTakenAndComeWithTheNext()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MemoryGroupSource member = new(_group);
        Task run = RunAsync(member, Trigger.Interval(TimeSpan.FromMilliseconds(1)), stop.Token, async commit =>
        {
            if (commit.Lanes.Any(lane => lane.From is not null))
            {
                begun.TrySetResult();
                await goOn.Task;
            }
        });
        member.Assign(Enumerable.Range(0, _group.Count));
        AppendEvents(new Random(1));
        await begun.Task.WaitAsync(Token);

        int before = _events.Count;
        for (int i = 0; i < 10; i++)
        {
            AppendEvents(new Random(2 + i));
        }

        while (member.ReadRecords < _events.Count)
        {
            await Task.Yield();
        }

        Assert.InRange(member.CommittedPositions.Values.Sum(), 0, before);
        goOn.SetResult();
        while (member.CommittedPositions.Values.Sum() < _events.Count)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await run;
        await CloseAllAsync();
        AssertEachSessionOnce();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_RevokedPartition_IsCommittedBeforeItIsReleased()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        MemoryGroupSource member = new(_group);
        Task run = RunAsync(member, Trigger.Interval(TimeSpan.FromHours(1)), stop.Token);
        member.Assign(Enumerable.Range(0, _group.Count));
        AppendEvents(new Random(1));
        while (member.ReadRecords < _events.Count)
        {
            await Task.Yield();
        }

        for (int number = 0; number < _group.Count; number++)
        {
            await member.RevokeAsync(number, s_patience).WaitAsync(Token);
            Assert.Equal(_group.RecordsFrom(number, 0).Length, member.CommittedPositions[_group.Partition(number).Name]);
        }

        await stop.CancelAsync();
        await run;
        await CloseAllAsync();
        AssertEachSessionOnce();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_CommitThatTakesLongerThanTheGroupWaits_IsReleasedAndEachSessionComesOnce()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MemoryGroupSource slow = new(_group);
        Task run = RunAsync(slow, Trigger.Interval(TimeSpan.FromHours(1)), stop.Token, commit => commit.Lanes.Any(lane => lane.From is not null) ? goOn.Task : Task.CompletedTask);
        slow.Assign(Enumerable.Range(0, _group.Count));
        AppendEvents(new Random(2));
        while (slow.ReadRecords < _events.Count)
        {
            await Task.Yield();
        }

        int number = Enumerable.Range(0, _group.Count).First(n => _group.RecordsFrom(n, 0).Length > 0);
        await slow.RevokeAsync(number, TimeSpan.FromMilliseconds(1)).WaitAsync(Token);
        MemoryGroupSource next = new(_group);
        Task nextRun = RunAsync(next, Trigger.Interval(TimeSpan.FromMilliseconds(1)), stop.Token);
        next.Assign(number);
        while (!next.CommittedPositions.ContainsKey(_group.Partition(number).Name))
        {
            await Task.Yield();
        }

        goOn.SetResult();
        await stop.CancelAsync();
        await Task.WhenAll(run, nextRun);
        await CloseAllAsync();
        AssertEachSessionOnce();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_RefusedCommit_KeepsRecordsOfOtherLanesThatWereReadMeanwhile()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        MemoryGroupSource member = new(_group);
        MemoryGroupSource thief = new(_group);
        bool isFirst = true;
        int stolen = Append("user-1", BaseMs);
        string other = Enumerable.Range(2, 100).Select(n => $"user-{n}").First(user => _group.NumberOfUser(user) != stolen);
        Task run = RunAsync(member, Trigger.Interval(TimeSpan.FromMilliseconds(1)), stop.Token, StealAsync);
        member.Assign(Enumerable.Range(0, _group.Count));
        while (isFirst)
        {
            await Task.Yield();
        }

        // A later record that is committed shows whether the one before it was taken.
        int number = Append(other, BaseMs + 2);
        while (member.CommittedPositions.GetValueOrDefault(_group.Partition(number).Name) < 2)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await run;
        await CloseAllAsync();
        AssertEachSessionOnce();

        async Task StealAsync(SinkCommit commit)
        {
            if (!isFirst || commit.Lanes.Any(lane => lane.From is null))
            {
                return;
            }

            if (!member.IsReading)
            {
                // This commit was due right behind a read. The next one will be due while the next read waits.
                Append("user-1", BaseMs);
                return;
            }

            _ = RunAsync(thief, Trigger.Interval(TimeSpan.FromMilliseconds(1)), stop.Token);
            thief.Assign(stolen);
            while (!thief.CommittedPositions.ContainsKey(_group.Partition(stolen).Name))
            {
                await Task.Yield();
            }

            await thief.RevokeAsync(stolen, s_patience);
            int before = member.ReadRecords;
            Append(other, BaseMs + 1);
            while (member.ReadRecords == before)
            {
                await Task.Yield();
            }

            isFirst = false;
        }
    }

    /// <summary>Lets some commits take so long that records are taken, and partitions move, meanwhile.</summary>
    private static Func<SinkCommit, Task> LingerAsync(Random random) => async _ =>
    {
        for (int left = random.Next(4) == 0 ? random.Next(2000) : 0; left > 0; left--)
        {
            await Task.Yield();
        }
    };

    private int Append(string user, long t, string page = "home")
    {
        ClickstreamEvent e = new(user, t) { PageName = page };
        _events.Add(e);
        _group.Append(e);
        return _group.NumberOfUser(user);
    }

    private void AppendEvents(Random random)
    {
        for (int i = 0; i < 12; i++)
        {
            long t = (_events.Count == 0 ? BaseMs : _events[^1].TimestampMs) + random.Next(120_000);
            Append($"user-{random.Next(15)}", t, $"page-{random.Next(4)}");
        }
    }

    private async Task CloseAllAsync()
    {
        _group.IsComplete = true;
        MemoryGroupSource last = new(_group);
        last.Assign(Enumerable.Range(0, _group.Count));
        await RunAsync(last, Trigger.UntilEnd(EndClosing.CloseAll(_events[^1].TimestampMs)), Token);
    }

    private async Task RunAsync(MemoryGroupSource member, Trigger trigger, CancellationToken stop, Func<SinkCommit, Task>? beforeCommit = null)
    {
        SessionizationDefinition definition = new()
        {
            Options = new SessionizationOptions { MaxCommitDelay = trigger.Every },
            Source = _ => member,
            StateStore = _ => new InMemorySessionStateStore(_folder),
            Sink = _ => new WaitingSink(new InMemorySessionSink(_table), beforeCommit ?? (_ => Task.CompletedTask)),
            Trigger = trigger,
        };
        await using SessionizationPipeline pipeline = new(definition);
        await Task.Run(() => pipeline.RunAsync(stop), CancellationToken.None);
    }

    private void AssertEachSessionOnce()
    {
        IReadOnlyList<Session> expected = SessionOracle.Sessionize(_events, new SessionizationDefinition().ResolveRules(), SessionIds.StartTime);
        Assert.Null(Difference.Between("oracle", expected, "table", _table.Sessions.OrderBy(session => session.UserId, StringComparer.Ordinal).ThenBy(session => session.StartMs))?.ToString());
    }
}
