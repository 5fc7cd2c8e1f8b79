using Sessionize.State;
using Xunit;

namespace Sessionize.Tests.State.Scripts;

/// <summary>Processes that swap one commit record, are paused at any step for minutes or days, and killed.</summary>
/// <remarks>What was swapped is one chain, in which each record replaces the one before it; nothing of it is lost, and nothing else is in it.</remarks>
internal sealed class RecordScript
{
    private const int Processes = 4;
    private const int Steps = 500;
    private const string Pipeline = "script";

    private readonly Random _random;
    private readonly ScriptDisk _disk = new();
    private readonly Turns _turns;
    private readonly int _faultPercent;
    private readonly Dictionary<Guid, Guid?> _replaces = [];
    private readonly List<Guid> _swapped = [];
    private readonly List<Guid> _refused = [];
    private int _started;

    public RecordScript(int seed)
    {
        _random = new Random(seed);
        _turns = new Turns(_random);
        _faultPercent = _random.Next(3) * 4;
    }

    public int Swaps => _swapped.Count;

    public async Task RunAsync()
    {
        List<Task> running = [.. Enumerable.Range(0, Processes).Select(_ => StartAsync())];
        for (int step = 0; step < Steps; step++)
        {
            if (_random.Next(100) < 3)
            {
                _turns.Kill();
                running.Add(StartAsync());
            }
            else
            {
                _disk.Advance(TimeSpan.FromMinutes(_random.Next(4)));
                _turns.Next();
            }

            await Task.WhenAll(running.Where(process => process.IsCompleted));
        }

        HashSet<Guid> chain = [];
        await using FileSessionStateStore store = new(new ScriptStorage(_disk), "mem://state", Pipeline, new SkewedClock(_disk, TimeSpan.Zero));
        for (Guid? id = (await store.ReadCommitAsync(Pipeline, CancellationToken.None))?.Id; id is { } found; id = _replaces[found])
        {
            Assert.True(chain.Add(found));
        }

        Assert.Subset(chain, _swapped.ToHashSet());
        Assert.DoesNotContain(_refused, chain.Contains);
        Assert.InRange(_disk.Files.Count, 1, 10 + 60);
    }

    private async Task StartAsync()
    {
        int process = _started++;
        FileSessionStateStore store = new(
            new ScriptStorage(_disk, () => _turns.TakeAsync(process), _random, _faultPercent), "mem://state", Pipeline, new SkewedClock(_disk, TimeSpan.FromHours(_random.Next(-80, 80))));
        await _turns.TakeAsync(process);
        while (true)
        {
            byte[] name = new byte[16];
            _random.NextBytes(name);
            Guid id = new(name);
            try
            {
                SinkCommit? record = await store.ReadCommitAsync(Pipeline, CancellationToken.None);
                _replaces[id] = record?.Id;
                (await store.WriteCommitAsync(record?.Id, new SinkCommit(Pipeline, id, []), CancellationToken.None) ? _swapped : _refused).Add(id);
            }
            catch (SessionizeException failure) when (failure.IsTransient)
            {
                // Whether this one was swapped is unknown: either is right.
            }
        }
    }
}
