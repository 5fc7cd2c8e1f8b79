using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>What holds between the parts of a metadata file.</summary>
internal static class TableMetadataRules
{
    /// <summary>Makes sure that ids are unique, and that what is named by its id is there.</summary>
    /// <param name="table">The metadata.</param>
    /// <param name="place">Where the file lies, for messages.</param>
    /// <exception cref="SessionizeException">It is not so.</exception>
    public static void Check(TableMetadata table, string place)
    {
        CheckIds(table.Schemas.Select(schema => schema.Id), table.CurrentSchemaId, "schemas", "current-schema-id", place);
        CheckIds(table.PartitionSpecs.Select(spec => spec.Id), table.DefaultSpecId, "partition-specs", "default-spec-id", place);
        CheckIds(table.SortOrders.Select(order => order.Id), table.DefaultSortOrderId, "sort-orders", "default-sort-order-id", place);
        CheckSources(table, place);
        CheckRefs(table, CheckSnapshots(table, place), place);
    }

    private static void CheckIds(IEnumerable<int> ids, int current, string field, string currentField, string place)
    {
        HashSet<int> known = [];
        foreach (int id in ids)
        {
            if (!known.Add(id))
            {
                throw MetadataJsonReader.Damage(place, field, $"has the id {id} more than once");
            }
        }

        if (!known.Contains(current))
        {
            throw MetadataJsonReader.Damage(place, currentField, $"is {current}, which is none of '{field}'");
        }
    }

    /// <summary>What is written by has to have its columns. Older specs and orders may refer to columns that are gone.</summary>
    private static void CheckSources(TableMetadata table, string place)
    {
        IcebergSchema schema = table.CurrentSchema;
        foreach (PartitionField field in table.DefaultSpec.Fields)
        {
            if (field.Transform.Kind != TransformKind.Void && schema.FindNested(field.SourceId) is null)
            {
                throw MetadataJsonReader.Damage(
                    place, "default-spec-id", $"names a spec whose field '{field.Name}' is made of column {field.SourceId}, which the current schema does not have");
            }
        }

        foreach (SortField field in table.DefaultSortOrder.Fields)
        {
            if (schema.FindNested(field.SourceId) is null)
            {
                throw MetadataJsonReader.Damage(place, "default-sort-order-id", $"names an order by column {field.SourceId}, which the current schema does not have");
            }
        }
    }

    private static HashSet<long> CheckSnapshots(TableMetadata table, string place)
    {
        HashSet<long> known = new(table.Snapshots.Count);
        foreach (Snapshot snapshot in table.Snapshots)
        {
            if (!known.Add(snapshot.Id))
            {
                throw MetadataJsonReader.Damage(place, "snapshots", $"has the id {snapshot.Id} more than once");
            }

            if (table.FormatVersion > 1 && snapshot.ManifestList is null)
            {
                throw MetadataJsonReader.Damage(place, "snapshots.manifest-list", "is missing");
            }
        }

        return known;
    }

    private static void CheckRefs(TableMetadata table, HashSet<long> snapshots, string place)
    {
        if (table.CurrentSnapshotId is { } current && !snapshots.Contains(current))
        {
            throw MetadataJsonReader.Damage(place, "current-snapshot-id", $"is {current}, which is none of the snapshots");
        }

        foreach ((string name, SnapshotRef target) in table.Refs)
        {
            if (!snapshots.Contains(target.SnapshotId))
            {
                throw MetadataJsonReader.Damage(place, $"refs.{name}", $"names the snapshot {target.SnapshotId}, which is not there");
            }
        }

        if (table.Refs.TryGetValue(SnapshotRef.Main, out SnapshotRef? main) && (main.SnapshotId != table.CurrentSnapshotId || !main.IsBranch))
        {
            throw MetadataJsonReader.Damage(place, "refs.main", "is not the branch of the current snapshot");
        }
    }
}
