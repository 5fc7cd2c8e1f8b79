using System.Diagnostics;
using System.Globalization;
using Sessionize;
using Sessionize.Iceberg;

namespace LiveLatency;

/// <summary>Opens the table again and again, as a reader would that does not know when it changes, and notes when it saw which snapshot first.</summary>
internal sealed class TableWatch(string warehouse)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly IcebergTableOptions _options = new() { Warehouse = warehouse };
    private readonly List<(long SnapshotId, long SeenAt)> _seen = [];

    /// <summary>Looks until it is stopped, then reads what there was to see.</summary>
    /// <returns>Of each session the milliseconds from the sending of the event that passed its deadline to the sight of it.</returns>
    public async Task<List<double>> RunAsync(Traffic traffic, TimeSpan timeout, TimeSpan skip, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            await LookAsync();
            await Task.Delay(s_pause, CancellationToken.None);
        }

        List<double> waits = [];
        HashSet<string> known = [];
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(_options, cancellationToken: CancellationToken.None);
        foreach ((long snapshotId, long seenAt) in _seen)
        {
            await foreach (Session session in table.ReadAsync(new SessionQuery { SnapshotId = snapshotId }, CancellationToken.None))
            {
                int user = int.Parse(session.UserId.AsSpan("user-".Length), CultureInfo.InvariantCulture);
                if (known.Add(session.SessionId)
                    && traffic.SentAt(user, session.EndMs + (long)timeout.TotalMilliseconds + 1) is { } sentAt
                    && Stopwatch.GetElapsedTime(begun, sentAt) > skip)
                {
                    waits.Add(Stopwatch.GetElapsedTime(sentAt, seenAt).TotalMilliseconds);
                }
            }
        }

        return waits;
    }

    private async Task LookAsync()
    {
        DirectoryInfo metadata = new(Path.Join(_options.Warehouse, "sessions", "user_sessions", "metadata"));
        if (!metadata.Exists || !metadata.EnumerateFiles("v*.metadata.json").Any())
        {
            return;
        }

        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(_options, cancellationToken: CancellationToken.None);
        if (table.Snapshots().SingleOrDefault(snapshot => snapshot.IsCurrent) is { } current && (_seen.Count == 0 || _seen[^1].SnapshotId != current.Id))
        {
            _seen.Add((current.Id, Stopwatch.GetTimestamp()));
        }
    }
}
