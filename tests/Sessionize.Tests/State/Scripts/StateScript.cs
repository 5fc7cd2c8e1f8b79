using Sessionize.State;
using Xunit;

namespace Sessionize.Tests.State.Scripts;

/// <summary>Processes that fight for one lane: they open, prepare, commit and confirm, are paused, killed and followed by others; the table is rolled back; days pass.</summary>
/// <remarks>Behind every step, what the table has recorded can be loaded whole by another process; so can what it may be rolled back to.</remarks>
internal sealed class StateScript
{
    private const int Processes = 3;
    private const int Steps = 400;
    private const string Pipeline = "script";

    private static readonly LaneId s_lane = new(5);

    private readonly Random _random;
    private readonly ScriptDisk _disk = new();
    private readonly CommittedHistory _table = new();
    private readonly Turns _turns;
    private readonly int _faultPercent;
    private readonly int _deltas;
    private int _started;
    private int _position;
    private int _deltasInRow;

    public StateScript(int seed)
    {
        _random = new Random(seed);
        _turns = new Turns(_random);
        _faultPercent = _random.Next(3) * 4;
        _deltas = _random.Next(12);
    }

    public int Commits => _table.Commits;

    public async Task RunAsync()
    {
        List<Task> running = [.. Enumerable.Range(0, Processes).Select(_ => StartAsync())];
        for (int step = 0; step < Steps; step++)
        {
            switch (_random.Next(100))
            {
                case < 3:
                    _turns.Kill();
                    running.Add(StartAsync());
                    break;
                case < 8:
                    _disk.Advance(TimeSpan.FromHours(_random.Next(60)));
                    break;
                case 8 when _table.Restorable is { Count: > 0 } restorable && _random.Next(3) == 0:
                    _table.RollBackTo(restorable[_random.Next(restorable.Count)]);
                    break;
                default:
                    _disk.Advance(TimeSpan.FromSeconds(_random.Next(100)));
                    _turns.Next();
                    break;
            }

            // A process whose task has ended has found something wrong.
            await Task.WhenAll(running.Where(process => process.IsCompleted));
            await CheckAsync(step % 16 == 0 ? _table.Restorable : [.. _table.Restorable.TakeLast(1)]);
        }

        await CheckThatOldFilesGoAsync();
    }

    private async Task CheckThatOldFilesGoAsync()
    {
        FileSessionStateStore store = Open(turn: null, faultPercent: 0, TimeSpan.Zero);
        StateVersion? recorded = await TakeOverAsync(store);
        for (int commit = 0; commit < 40; commit++)
        {
            _disk.Advance(TimeSpan.FromHours(2));
            recorded = await CommitAsync(store, recorded, isDelta: false);
        }

        int files = _disk.Files.Keys.Count(name => name.Contains($"/{s_lane}/", StringComparison.Ordinal));
        Assert.InRange(files, 10, 10 + 8);
    }

    /// <summary>What the engine does, again and again, as the store's contract has it.</summary>
    private async Task StartAsync()
    {
        int process = _started++;
        Func<Task> turn = () => _turns.TakeAsync(process);
        FileSessionStateStore store = Open(turn, _faultPercent, TimeSpan.FromHours(_random.Next(-80, 80)));
        await turn();
        while (true)
        {
            try
            {
                StateVersion? version = await TakeOverAsync(store, turn);
                while (await CommitAsync(store, version, isDelta: version is not null && _deltasInRow < _deltas, turn) is { } next)
                {
                    version = next;
                }
            }
            catch (SessionizeException failure) when (failure.IsTransient)
            {
                // The storage was away for too long; the process is started again.
                await turn();
            }
        }
    }

    private async Task<StateVersion?> TakeOverAsync(FileSessionStateStore store, Func<Task>? turn = null)
    {
        while (_table.Recorded is { } recorded)
        {
            if (turn is not null)
            {
                await turn();
            }

            try
            {
                Assert.Equal(_table.ContentOf(recorded), await FileSessionStateStoreTests.LoadStateAsync(store, s_lane, recorded));
                await store.ConfirmAsync(s_lane, recorded, CancellationToken.None);
                return recorded;
            }
            catch (SessionizeException failure) when (!failure.IsTransient && _table.Recorded != recorded)
            {
                // Others went on meanwhile; what they recorded last is there.
            }
        }

        return null;
    }

    private async Task<StateVersion?> CommitAsync(FileSessionStateStore store, StateVersion? from, bool isDelta, Func<Task>? turn = null)
    {
        StateVersion to = new($"{++_position}-{_random.NextInt64():x16}{_random.NextInt64():x16}");
        string[] content = isDelta ? [.. _table.ContentOf(from!.Value), $"part {_position}"] : [$"all {_position}"];
        _deltasInRow = isDelta ? _deltasInRow + 1 : 0;
        await FileSessionStateStoreTests.PrepareStateAsync(store, s_lane, to, isDelta ? from : null, content[^1]);
        if (turn is not null)
        {
            await turn();
        }

        if (!_table.TryCommit(from, to, content))
        {
            return null;
        }

        if (turn is not null)
        {
            await turn();
        }

        await store.ConfirmAsync(s_lane, to, CancellationToken.None);
        return to;
    }

    private async Task CheckAsync(IEnumerable<StateVersion> versions)
    {
        await using FileSessionStateStore store = Open(turn: null, faultPercent: 0, TimeSpan.Zero);
        foreach (StateVersion version in versions)
        {
            Assert.Equal(_table.ContentOf(version), await FileSessionStateStoreTests.LoadStateAsync(store, s_lane, version));
        }
    }

    private FileSessionStateStore Open(Func<Task>? turn, int faultPercent, TimeSpan skew) =>
        new(new ScriptStorage(_disk, turn, _random, faultPercent), "mem://state", Pipeline, new SkewedClock(_disk, skew));
}
