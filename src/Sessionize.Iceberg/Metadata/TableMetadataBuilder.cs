using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Applies changes to a table's metadata, one after the other, with the meaning that they have in a REST catalog.</summary>
/// <param name="table">The table.</param>
/// <param name="nowMs">The time, in milliseconds since the Unix epoch.</param>
internal sealed class TableMetadataBuilder(TableMetadata table, long nowMs)
{
    /// <summary>How far snapshots' times may lie before those of others, since clocks differ: Iceberg Java reads no table in which they lie further.</summary>
    private const long ClockToleranceMs = 60_000;

    private readonly HashSet<long> _added = [];
    private readonly HashSet<long> _wasCurrent = [];
    private TableMetadata _table = table;
    private long _updatedMs = Math.Max(nowMs, table.LastUpdatedMs);
    private int? _lastSchema;
    private bool _hasRemoved;
    private bool _isChanged;

    /// <summary>What speaks against adding a snapshot, because others committed meanwhile; <see langword="null"/>: nothing.</summary>
    public static string? Staleness(TableMetadata table, Snapshot snapshot) => table.FindSnapshot(snapshot.Id) is not null
        ? $"there is a snapshot of id {snapshot.Id} already"
        : table.FormatVersion > 1 && snapshot.SequenceNumber <= table.LastSequenceNumber
            ? $"the new snapshot has sequence number {snapshot.SequenceNumber}, and the table has come to {table.LastSequenceNumber}"
            : null;

    /// <summary>Applies a change.</summary>
    public void Apply(TableUpdate update)
    {
        switch (update)
        {
            case TableUpdate.AddSchema add:
                AddSchema(add.Schema);
                break;
            case TableUpdate.SetCurrentSchema set:
                SetCurrentSchema(set.SchemaId != TableUpdate.Last
                    ? set.SchemaId
                    : _lastSchema ?? throw new InvalidOperationException("The schema added last is to be set, but none was added."));
                break;
            case TableUpdate.AddSnapshot add:
                AddSnapshot(add.Snapshot);
                break;
            case TableUpdate.SetRef set:
                SetRef(set.Name, set.Ref);
                break;
            case TableUpdate.RemoveRef remove:
                RemoveRef(remove.Name);
                break;
            case TableUpdate.RemoveSnapshots remove:
                RemoveSnapshots([.. remove.SnapshotIds]);
                break;
            case TableUpdate.SetProperties set when set.Properties.Count > 0:
                Dictionary<string, string> properties = new(_table.Properties, StringComparer.Ordinal);
                foreach ((string name, string value) in set.Properties)
                {
                    properties[name] = value;
                }

                Change(_table with { Properties = properties });
                break;
        }
    }

    /// <summary>The changed table.</summary>
    public TableMetadata Build()
    {
        if (!_isChanged)
        {
            return _table;
        }

        CorrectSnapshotLog();
        return _table with { LastUpdatedMs = _updatedMs };
    }

    private void Change(TableMetadata changed)
    {
        _table = changed;
        _isChanged = true;
    }

    private void AddSchema(IcebergSchema schema)
    {
        int highest = Math.Max(_table.LastColumnId, schema.HighestFieldId);
        IcebergSchema? same = _table.Schemas.FirstOrDefault(known => known with { Id = schema.Id } == schema);
        _lastSchema = same?.Id ?? (_table.Schemas.Max(known => known.Id) + 1);
        if (same is null)
        {
            Change(_table with { Schemas = [.. _table.Schemas, schema with { Id = _lastSchema.Value }], LastColumnId = highest });
        }
        else if (highest != _table.LastColumnId)
        {
            Change(_table with { LastColumnId = highest });
        }
    }

    private void SetCurrentSchema(int id)
    {
        IcebergSchema schema = _table.Schemas.FirstOrDefault(known => known.Id == id) ?? throw NotThere("schema", id);
        if (id != _table.CurrentSchemaId)
        {
            SpecRules.Check(_table.DefaultSpec, schema);
            Change(_table with { CurrentSchemaId = id });
        }
    }

    private void AddSnapshot(Snapshot snapshot)
    {
        if (Staleness(_table, snapshot) is { } stale)
        {
            throw new SessionizeException($"The table was changed meanwhile: {stale}. Load it and try again.", isTransient: true);
        }

        if (snapshot.TimestampMs < _table.LastUpdatedMs - ClockToleranceMs)
        {
            throw new SessionizeException(
                $"The new snapshot's time lies {_table.LastUpdatedMs - snapshot.TimestampMs} ms before the last change of the table. Set this machine's clock right.");
        }

        _added.Add(snapshot.Id);
        _updatedMs = Math.Max(_updatedMs, snapshot.TimestampMs);
        Change(_table with
        {
            Snapshots = [.. _table.Snapshots, snapshot],
            LastSequenceNumber = _table.FormatVersion == 1 ? 0 : snapshot.SequenceNumber,
        });
    }

    private void SetRef(string name, SnapshotRef target)
    {
        if (_table.Refs.TryGetValue(name, out SnapshotRef? known) && known == target)
        {
            return;
        }

        Snapshot snapshot = _table.FindSnapshot(target.SnapshotId) ?? throw NotThere("snapshot", target.SnapshotId);
        TableMetadata changed = _table with { Refs = new Dictionary<string, SnapshotRef>(_table.Refs, StringComparer.Ordinal) { [name] = target } };
        if (name == SnapshotRef.Main)
        {
            if (!target.IsBranch)
            {
                throw new InvalidOperationException($"'{SnapshotRef.Main}' is to become a tag; it has to stay a branch.");
            }

            _wasCurrent.Add(target.SnapshotId);

            // A snapshot that was there before becomes current now; a new one when it was made.
            long time = _added.Contains(target.SnapshotId) ? snapshot.TimestampMs : _updatedMs;
            changed = changed with
            {
                CurrentSnapshotId = target.SnapshotId,
                SnapshotLog = [.. _table.SnapshotLog, new SnapshotLogEntry(time, target.SnapshotId)],
            };
        }

        Change(changed);
    }

    private void RemoveRef(string name)
    {
        if (_table.Refs.ContainsKey(name))
        {
            Change(_table with
            {
                Refs = _table.Refs.Where(known => known.Key != name).ToDictionary(StringComparer.Ordinal),
                CurrentSnapshotId = name == SnapshotRef.Main ? null : _table.CurrentSnapshotId,
            });
        }
    }

    private void RemoveSnapshots(HashSet<long> ids)
    {
        Snapshot[] kept = [.. _table.Snapshots.Where(snapshot => !ids.Contains(snapshot.Id))];
        if (kept.Length == _table.Snapshots.Count)
        {
            return;
        }

        _hasRemoved = true;
        Change(_table with { Snapshots = kept, Others = SnapshotTraces.WithoutStatistics(_table.Others, ids) });
        foreach (string name in _table.Refs.Where(known => ids.Contains(known.Value.SnapshotId)).Select(known => known.Key).ToArray())
        {
            RemoveRef(name);
        }
    }

    private void CorrectSnapshotLog()
    {
        HashSet<long> intermediate = [.. _wasCurrent.Where(id => _added.Contains(id) && id != _table.CurrentSnapshotId)];
        if (intermediate.Count > 0 || _hasRemoved)
        {
            _table = _table with { SnapshotLog = SnapshotTraces.CorrectLog(_table, intermediate) };
        }
    }

    private static InvalidOperationException NotThere(string what, long id) => new($"The table has no {what} of id {id}.");
}
