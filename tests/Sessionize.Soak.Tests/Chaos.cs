using System.Globalization;

namespace Sessionize.Soak.Tests;

/// <summary>Does to processes and servers what happens to them, one thing every few seconds, and puts everything right at its end.</summary>
internal sealed class Chaos(SoakOptions options, KafkaBroker broker, SoakPlace place, IReadOnlyList<Worker> workers, Diary diary)
{
    // The group waits 6 seconds for a process.
    private const int ShortestZombieSeconds = 8;
    private const int LongestZombieSeconds = 20;

    // Between two bursts there is time for a rebalance and some commits.
    private const int FaultsPerBurst = 5;

    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(15);
    private static readonly string[] s_catalogFaults = ["503-before", "503-after", "500-after", "504-after", "409", "slow"];

    private readonly Random _random = new(options.Seed);
    private readonly List<Task> _zombies = [];

    /// <summary>Goes on until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            for (int done = 1; !stopping.IsCancellationRequested;)
            {
                FaultKind[] deck = [.. Deck()];
                _random.Shuffle(deck);
                foreach (FaultKind kind in deck)
                {
                    await Task.Delay(done++ % FaultsPerBurst == 0 ? s_calm : TimeSpan.FromMilliseconds(_random.Next(1_000, 5_000)), stopping);
                    await DoAsync(kind, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is how it ends.
        }

        await Task.WhenAll(_zombies);
    }

    private IEnumerable<FaultKind> Deck()
    {
        List<(FaultKind Kind, int Count)> deck =
        [
            (FaultKind.Kill, 9), (FaultKind.KillAll, 1), (FaultKind.Terminate, 2), (FaultKind.Zombie, 4),
            (FaultKind.BrokerKill, 1), (FaultKind.BrokerRestart, 1), (FaultKind.BrokerHang, 1),
        ];
        if (place.Catalog is not null)
        {
            deck.AddRange([(FaultKind.CatalogRestart, 1), (FaultKind.CatalogFault, 3), (FaultKind.StorageRestart, 1), (FaultKind.StorageHang, 1)]);
        }

        return deck.SelectMany(card => Enumerable.Repeat(card.Kind, card.Count));
    }

    private async Task DoAsync(FaultKind kind, CancellationToken stopping)
    {
        Worker worker = workers[_random.Next(workers.Count)];
        TimeSpan pause = TimeSpan.FromMilliseconds(_random.Next(500, 5_000));
        switch (kind)
        {
            case FaultKind.Kill:
                diary.Count("kills", $"{worker}");
                worker.Signal("KILL");
                break;
            case FaultKind.KillAll:
                diary.Count("kills of all");
                foreach (Worker each in workers)
                {
                    each.Signal("KILL");
                }

                break;
            case FaultKind.Terminate:
                diary.Count("terminations", $"{worker}");
                worker.Signal("TERM");
                break;
            case FaultKind.Zombie:
                _zombies.Add(StopAsync(worker, TimeSpan.FromSeconds(_random.Next(ShortestZombieSeconds, LongestZombieSeconds)), stopping));
                break;
            case FaultKind.BrokerKill:
                diary.Count("kills of the broker");
                await broker.RunAsync("kill");
                await Task.Delay(pause, CancellationToken.None);
                await StartAgainAsync(() => broker.RunAsync("start"));
                diary.Write("the broker is back");
                break;
            case FaultKind.BrokerRestart:
                diary.Count("restarts of the broker");
                await broker.RunAsync("stop");
                await StartAgainAsync(() => broker.RunAsync("start"));
                diary.Write("the broker is back");
                break;
            case FaultKind.BrokerHang:
                diary.Count("hangs of the broker", Seconds(pause));
                await Signals.FreezeAsync(broker.ProcessId, pause);
                break;
            case FaultKind.CatalogRestart:
                diary.Count("restarts of the catalog");
                await place.Catalog!.StopAsync();
                await Task.Delay(pause, CancellationToken.None);
                await StartAgainAsync(place.Catalog.RestartAsync);
                diary.Write("the catalog is back");
                break;
            case FaultKind.CatalogFault:
                string mode = s_catalogFaults[_random.Next(s_catalogFaults.Length)];
                int count = _random.Next(1, 4);
                diary.Count("faults of the catalog", string.Create(CultureInfo.InvariantCulture, $"{count} × {mode}"));
                await place.Catalog!.FaultAsync(mode, count, mode == "slow" ? pause : default);
                break;
            case FaultKind.StorageRestart:
                diary.Count("restarts of S3");
                await place.S3!.StopAsync();
                await Task.Delay(pause, CancellationToken.None);
                await StartAgainAsync(place.S3.RestartAsync);
                diary.Write("S3 is back");
                break;
            case FaultKind.StorageHang:
                diary.Count("hangs of S3", Seconds(pause));
                await Signals.FreezeAsync(place.S3!.ProcessId, pause);
                break;
            default:
                throw new InvalidOperationException($"{kind}");
        }
    }

    /// <summary>Starts a server again, which on a machine that does much else may take longer than its script waits.</summary>
    private async Task StartAgainAsync(Func<Task> start)
    {
        const int tries = 4;
        for (int tried = 1; ; tried++)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception failure) when (tried < tries && (failure is InvalidOperationException or OperationCanceledException))
            {
                diary.Write($"not started yet: {failure.Message}");
            }
        }
    }

    /// <summary>Whoever was stopped goes on later, behind the back of whoever has its lanes by then.</summary>
    private async Task StopAsync(Worker worker, TimeSpan time, CancellationToken stopping)
    {
        diary.Count("zombies", $"{worker} for {Seconds(time)}");
        worker.Signal("STOP");
        await Task.Delay(time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        worker.Signal("CONT");
        diary.Write($"{worker} goes on");
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");
}
