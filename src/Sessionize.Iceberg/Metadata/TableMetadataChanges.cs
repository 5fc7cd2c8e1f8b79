using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>What catalogs that keep metadata files themselves do to metadata; a REST catalog does the same behind its interface.</summary>
/// <remarks>Pure functions.</remarks>
internal static class TableMetadataChanges
{
    /// <summary>Makes the metadata of a new, empty table of format version 2.</summary>
    /// <param name="creation">What it is to be; ids of fields are given anew.</param>
    /// <param name="location">Where it is to lie.</param>
    /// <param name="uuid">Its id.</param>
    /// <param name="nowMs">The time, in milliseconds since the Unix epoch.</param>
    /// <returns>The metadata.</returns>
    /// <exception cref="ArgumentException">Parts of <paramref name="creation"/> do not fit each other.</exception>
    /// <exception cref="SessionizeException">The settings ask for another format version.</exception>
    public static TableMetadata Create(TableCreation creation, string location, string uuid, long nowMs)
    {
        FreshIds ids = new();
        IcebergSchema schema = ids.Number(creation.Schema);
        PartitionSpec spec = ids.Number(creation.Spec);
        SortOrder order = ids.Number(creation.Order);
        SpecRules.Check(spec, schema);
        Dictionary<string, string> properties = new(creation.Properties, StringComparer.Ordinal);
        if (properties.Remove(TableProperties.FormatVersion, out string? version) && version != "2")
        {
            throw new SessionizeException(
                $"The new table is to have '{TableProperties.FormatVersion}' {version}; tables are created with version 2. Leave the property out.");
        }

        return new TableMetadata
        {
            FormatVersion = 2,
            TableUuid = uuid,
            Location = location,
            LastUpdatedMs = nowMs,
            LastColumnId = ids.Last,
            Schemas = [schema],
            CurrentSchemaId = schema.Id,
            PartitionSpecs = [spec],
            DefaultSpecId = spec.Id,
            LastPartitionId = PartitionSpec.LastIdBeforeFields + spec.Fields.Count,
            SortOrders = [order],
            DefaultSortOrderId = order.Id,
            Properties = properties,
        };
    }

    /// <summary>Looks whether requirements hold.</summary>
    /// <param name="table">The table; <see langword="null"/>: there is none.</param>
    /// <param name="requirements">What has to be so.</param>
    /// <returns>A sentence about the first that does not hold; <see langword="null"/>, if all do.</returns>
    public static string? Violation(TableMetadata? table, IReadOnlyList<TableRequirement> requirements)
    {
        foreach (TableRequirement requirement in requirements)
        {
            if (Violation(table, requirement) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>Looks whether requirements hold, and whether a snapshot to be added is still newer than all others.</summary>
    /// <param name="table">The table; <see langword="null"/>: there is none.</param>
    /// <param name="requirements">What has to be so.</param>
    /// <param name="updates">The changes to come.</param>
    /// <returns>A sentence about the first that does not hold; <see langword="null"/>, if all do.</returns>
    /// <remarks>A commit to another branch raises the sequence number without touching what the requirements of a commit to <c>main</c> name.</remarks>
    public static string? Violation(TableMetadata? table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates) =>
        Violation(table, requirements) is { } violation
            ? violation
            : table is null
                ? null
                : updates.OfType<TableUpdate.AddSnapshot>().Select(update => TableMetadataBuilder.Staleness(table, update.Snapshot)).FirstOrDefault(stale => stale is not null);

    /// <summary>Changes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="updates">The changes, in order.</param>
    /// <param name="nowMs">The time, in milliseconds since the Unix epoch.</param>
    /// <returns>The changed table; <paramref name="table"/> itself, if nothing changes.</returns>
    /// <exception cref="SessionizeException">
    /// Transient: a snapshot's sequence number is no longer above that of the table, or its id is taken: load the table and try again. Not transient: a
    /// snapshot's time is more than a minute before that of the table.
    /// </exception>
    /// <exception cref="InvalidOperationException">A change names a schema or snapshot that is not there.</exception>
    /// <exception cref="ArgumentException">The partition spec does not fit the new schema.</exception>
    public static TableMetadata Apply(TableMetadata table, IReadOnlyList<TableUpdate> updates, long nowMs)
    {
        TableMetadataBuilder builder = new(table, nowMs);
        foreach (TableUpdate update in updates)
        {
            builder.Apply(update);
        }

        return builder.Build();
    }

    /// <summary>Notes the metadata file that came before, and forgets the oldest beyond the table's limit.</summary>
    /// <param name="changed">The changed metadata.</param>
    /// <param name="previous">The file that it follows.</param>
    /// <param name="forgotten">
    /// The files that the log no longer names and that are to be deleted after the commit: none, unless
    /// <see cref="TableProperties.DeleteMetadataAfterCommit"/> says so.
    /// </param>
    /// <returns>The metadata with its log.</returns>
    public static TableMetadata WithPrevious(TableMetadata changed, MetadataLogEntry previous, out IReadOnlyList<string> forgotten)
    {
        TableProperties properties = new(changed);
        int keep = properties.MetadataPreviousVersionsMax;
        IReadOnlyList<MetadataLogEntry> log = changed.MetadataLog;
        int drop = Math.Max(0, log.Count + 1 - keep);
        forgotten = properties.DeleteMetadataAfterCommit ? [.. log.Take(drop).Select(entry => entry.MetadataFile)] : [];
        return changed with { MetadataLog = [.. log.Skip(drop), previous] };
    }

    private static string? Violation(TableMetadata? table, TableRequirement requirement) => (requirement, table) switch
    {
        (_, null) => "the table does not exist",
        (TableRequirement.SameTable same, _) =>
            string.Equals(same.Uuid, table.TableUuid, StringComparison.OrdinalIgnoreCase) ? null : $"the table is another one: its id is {table.TableUuid}, not {same.Uuid}",
        (TableRequirement.RefIs named, _) => Violation(named, table.Refs.GetValueOrDefault(named.Name)?.SnapshotId),
        (TableRequirement.LastColumnIs last, _) => Differs("last column id", last.FieldId, table.LastColumnId),
        (TableRequirement.CurrentSchemaIs schema, _) => Differs("current schema", schema.SchemaId, table.CurrentSchemaId),
        _ => $"the requirement {requirement} is not known here",
    };

    private static string? Violation(TableRequirement.RefIs required, long? actual) => required.SnapshotId == actual
        ? null
        : (required.SnapshotId, actual) switch
        {
            (null, _) => $"'{required.Name}' was made by another writer: it is at snapshot {actual}",
            (_, null) => $"'{required.Name}' is gone; it was at snapshot {required.SnapshotId}",
            _ => $"'{required.Name}' has moved on from snapshot {required.SnapshotId} to {actual}",
        };

    private static string? Differs(string what, int required, int actual) => required == actual ? null : $"the {what} is now {actual}, not {required}";
}
