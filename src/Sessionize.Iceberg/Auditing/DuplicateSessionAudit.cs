using System.IO.Hashing;
using System.Text;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Looks for live rows that are one session: by 128-bit hashes of the ids, which are read once for every eight million rows.</summary>
/// <param name="table">The table.</param>
/// <param name="id">The column of the ids.</param>
/// <param name="log">Takes findings.</param>
internal sealed class DuplicateSessionAudit(TableFiles table, IcebergField id, AuditLog log)
{
    private const long RowsAtOnce = 8_000_000;
    private const int MostNamed = 100;

    /// <summary>Checks.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        ScanPlan plan = await new ScanPlanner(table, SnapshotChoice.Of(table.Name, table.Metadata, null, null), RowFilter.Everything)
            .PlanAsync(cancellationToken).ConfigureAwait(false);
        UInt128 passes = (UInt128)Math.Max(1, (plan.Counts.Rows + RowsAtOnce - 1) / RowsAtOnce);
        for (UInt128 pass = 0; pass < passes; pass++)
        {
            List<UInt128> hashes = [];
            long rows = 0;
            await ForEachAsync(plan, hash =>
            {
                rows++;
                if (hash.Hash % passes == pass)
                {
                    hashes.Add(hash.Hash);
                }
            }, cancellationToken).ConfigureAwait(false);
            log.Sessions = rows;
            hashes.Sort();
            HashSet<UInt128> repeated = [.. Enumerable.Range(1, Math.Max(0, hashes.Count - 1)).Where(i => hashes[i] == hashes[i - 1]).Select(i => hashes[i]).Distinct().Take(MostNamed)];
            if (repeated.Count > 0)
            {
                await NameAsync(plan, repeated, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask NameAsync(ScanPlan plan, HashSet<UInt128> repeated, CancellationToken cancellationToken)
    {
        Dictionary<string, List<string>> files = new(StringComparer.Ordinal);
        await ForEachAsync(plan, row =>
        {
            if (repeated.Contains(row.Hash))
            {
                if (!files.TryGetValue(row.Id, out List<string>? places))
                {
                    files.Add(row.Id, places = []);
                }

                places.Add(row.File);
            }
        }, cancellationToken).ConfigureAwait(false);
        foreach ((string session, List<string> places) in files)
        {
            log.Add(AuditCodes.DuplicateSession, session, $"The session is in {places.Count} rows, of {string.Join(" and ", places.Distinct())}.");
        }
    }

    private async ValueTask ForEachAsync(ScanPlan plan, Action<(UInt128 Hash, string Id, string File)> take, CancellationToken cancellationToken)
    {
        TableScan scan = new(table, plan);
        foreach (ScanFile file in plan.Files)
        {
            await foreach ((RowBlock block, IReadOnlyList<int> rows) in scan.ReadAsync(file, [id], cancellationToken).ConfigureAwait(false))
            {
                foreach (int row in rows)
                {
                    if (block.Value(id.Id, row)?.ToString() is { } text)
                    {
                        take((XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(text)), text, file.File.FilePath));
                    }
                }
            }
        }
    }
}
