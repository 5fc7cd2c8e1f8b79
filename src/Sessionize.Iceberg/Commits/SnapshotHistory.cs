using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>The snapshots that led to what readers read, newest first (design section 5).</summary>
internal sealed class SnapshotHistory
{
    private readonly TableMetadata _table;
    private readonly List<Snapshot> _ancestors = [];
    private readonly bool _isCutOff;

    /// <param name="table">The table's metadata.</param>
    public SnapshotHistory(TableMetadata table)
    {
        _table = table;
        Dictionary<long, Snapshot> snapshots = table.Snapshots.ToDictionary(snapshot => snapshot.Id);
        for (long? id = table.CurrentSnapshotId; id is { } next; id = _ancestors[^1].ParentId)
        {
            // Taken out, so that parents in a circle, which no sound table has, end here.
            if (!snapshots.Remove(next, out Snapshot? snapshot))
            {
                _isCutOff = true;
                break;
            }

            _ancestors.Add(snapshot);
        }
    }

    /// <summary>Whether the table has forgotten snapshots that led to it.</summary>
    public bool IsCutOff => _isCutOff;

    /// <summary>Whether a snapshot led to what readers read; of one below zero, which is none, whether all that did are still there.</summary>
    public bool Has(long snapshotId) => snapshotId < 0 ? !_isCutOff : _ancestors.Exists(snapshot => snapshot.Id == snapshotId);

    /// <summary>Where a pipeline's last commit is recorded.</summary>
    /// <param name="pipeline">The pipeline.</param>
    public Carrier Find(string pipeline)
    {
        string key = SummaryKeys.Commit(pipeline);
        Snapshot? newest = _ancestors.Find(snapshot => snapshot.Summary.ContainsKey(key));
        if (!_table.Refs.TryGetValue(SummaryKeys.Tag(pipeline), out SnapshotRef? tag) || _table.FindSnapshot(tag.SnapshotId) is not { } tagged
            || !tagged.Summary.ContainsKey(key))
        {
            return new Carrier(newest, newest is null && _table.Properties.ContainsKey(SummaryKeys.Marker(pipeline)) ? CarrierState.Lost : CarrierState.Found, null);
        }

        if (_ancestors.Contains(tagged))
        {
            return new Carrier(newest ?? tagged, CarrierState.Found, null);
        }

        // Expiry takes the ancestors away, but not what is tagged: it goes on behind the oldest one left.
        // Others carry its keys forward, unless the table was rolled back before they did.
        return _isCutOff && IsOlder(tagged, _ancestors[^1]) && (newest is null || newest.Summary[key] == tagged.Summary[key])
            ? new Carrier(newest ?? tagged, CarrierState.Found, null)
            : new Carrier(newest, CarrierState.RolledBack, tagged);
    }

    /// <summary>All pipelines that have committed to the table, as far as it tells.</summary>
    public IEnumerable<string> Pipelines() =>
        _table.Refs.Keys.Select(SummaryKeys.PipelineOfTag).OfType<string>().Where(pipeline => Find(pipeline) is { Snapshot: not null } or { State: not CarrierState.Found })
            .Concat(_ancestors.Select(snapshot => SummaryKeys.Pipelines(snapshot.Summary).ToList()).FirstOrDefault(pipelines => pipelines.Count > 0) ?? [])
            .Distinct(StringComparer.Ordinal);

    /// <summary>Whether a snapshot that led to what readers read has a value under a key.</summary>
    public Snapshot? FindValue(string key, string value) =>
        _ancestors.Find(snapshot => snapshot.Summary.TryGetValue(key, out string? found) && found == value);

    /// <summary>Tables of version 1 number no commits.</summary>
    private bool IsOlder(Snapshot left, Snapshot right) =>
        _table.FormatVersion == 1 ? left.TimestampMs < right.TimestampMs : left.SequenceNumber < right.SequenceNumber;
}
