using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Reading;

/// <summary>Tells what a table is and has.</summary>
/// <param name="table">The table.</param>
internal sealed class TableDescription(TableFiles table)
{
    /// <summary>The snapshots, the newest first.</summary>
    public static IReadOnlyList<IcebergSnapshotInfo> SnapshotsOf(TableMetadata metadata) =>
    [
        .. metadata.Snapshots
            .OrderByDescending(snapshot => snapshot.SequenceNumber).ThenByDescending(snapshot => snapshot.TimestampMs)
            .Select(snapshot => ToInfo(metadata, snapshot)),
    ];

    /// <summary>The live files of a snapshot.</summary>
    /// <exception cref="SessionizeException">There is no such snapshot, or metadata is missing or damaged.</exception>
    public async ValueTask<IReadOnlyList<IcebergFileInfo>> FilesAsync(long? snapshotId, CancellationToken cancellationToken)
    {
        SnapshotChoice choice = SnapshotChoice.Of(table.Name, table.Metadata, snapshotId, asOf: null);
        List<IcebergFileInfo> files = [];
        foreach (ManifestFile manifest in choice.Snapshot is null ? [] : await table.ManifestsOfAsync(choice.Snapshot, cancellationToken).ConfigureAwait(false))
        {
            files.AddRange((await table.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false)).Where(entry => entry.IsLive).Select(ToInfo));
        }

        return files;
    }

    /// <summary>What the table is.</summary>
    /// <exception cref="SessionizeException">Metadata or a file is missing or damaged.</exception>
    public async ValueTask<IcebergTableInfo> DescribeAsync(bool countUsers, CancellationToken cancellationToken)
    {
        TableMetadata metadata = table.Metadata;
        IReadOnlyList<IcebergFileInfo> files = await FilesAsync(snapshotId: null, cancellationToken).ConfigureAwait(false);
        IcebergFileInfo[] data = [.. files.Where(file => file.Content == "data")];
        return new IcebergTableInfo
        {
            Name = table.Name,
            Uuid = metadata.TableUuid,
            FormatVersion = metadata.FormatVersion,
            Location = metadata.Location,
            MetadataLocation = table.MetadataLocation,
            LastUpdated = DateTimeOffset.FromUnixTimeMilliseconds(metadata.LastUpdatedMs),
            Columns = [.. metadata.CurrentSchema.Fields.Select(field => new IcebergColumnInfo(field.Id, field.Name, TypeText.Of(field.Type), field.IsRequired))],
            PartitionedBy = [.. metadata.DefaultSpec.Fields.Select(field => Text(field.SourceId, field.Transform))],
            SortedBy = [.. metadata.DefaultSortOrder.Fields.Select(field =>
                $"{Text(field.SourceId, field.Transform)} {(field.IsDescending ? "desc" : "asc")} nulls {(field.NullsFirst ? "first" : "last")}")],
            Properties = metadata.Properties,
            CurrentSnapshot = metadata.CurrentSnapshot is { } current ? ToInfo(metadata, current) : null,
            Snapshots = metadata.Snapshots.Count,
            DataFiles = data.Length,
            DeleteFiles = files.Count - data.Length,
            Rows = data.Sum(file => file.Rows),
            Bytes = data.Sum(file => file.Bytes),
            Partitions = PartitionsOf(data),
            UsersPerBucket = countUsers ? await CountUsersAsync(cancellationToken).ConfigureAwait(false) : null,
            Pipelines = await PipelinesAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    private static IcebergSnapshotInfo ToInfo(TableMetadata metadata, Snapshot snapshot) => new(
        snapshot.Id,
        snapshot.ParentId,
        snapshot.SequenceNumber,
        DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs),
        snapshot.Operation,
        snapshot.Id == metadata.CurrentSnapshotId,
        [.. metadata.Refs.Where(named => named.Value.SnapshotId == snapshot.Id).Select(named => named.Key).Order(StringComparer.Ordinal)],
        snapshot.Summary);

    private IcebergFileInfo ToInfo(ManifestEntry entry)
    {
        DataFile file = entry.File;
        IReadOnlyList<PartitionField> fields = table.SpecOf(file.SpecId).Fields;
        Dictionary<string, string?> partition = [];
        for (int i = 0; i < fields.Count; i++)
        {
            object? value = file.Partition.Values[i];
            partition[fields[i].Name] = value is null ? null : PartitionPath.TextOf(fields[i].Transform, table.FieldOf(fields[i].SourceId)?.Type, value);
        }

        string content = file.Content switch { FileContent.Data => "data", FileContent.PositionDeletes => "position-deletes", _ => "equality-deletes" };
        return new IcebergFileInfo(file.FilePath, content, partition, file.SpecId, file.RecordCount, file.FileSizeInBytes, entry.SequenceNumber ?? 0);
    }

    private string Text(int sourceId, Transform transform)
    {
        string column = table.FieldOf(sourceId)?.Name ?? sourceId.ToString(CultureInfo.InvariantCulture);
        return transform.Kind == TransformKind.Identity ? column : $"{transform}({column})";
    }

    private static IcebergPartitionInfo[] PartitionsOf(IcebergFileInfo[] files) =>
    [
        .. files
            .GroupBy(file => string.Join('/', file.Partition.Select(value => $"{value.Key}={value.Value ?? "null"}")), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new IcebergPartitionInfo(group.First().Partition, group.Count(), group.Sum(file => file.Rows), group.Sum(file => file.Bytes))),
    ];

    private async ValueTask<UsersPerBucket?> CountUsersAsync(CancellationToken cancellationToken)
    {
        IcebergSchema schema = table.Metadata.CurrentSchema;
        if (schema.Find("uuid") is not { Type: PrimitiveType } user || schema.Find("user_hash_bucket") is not { Type: PrimitiveType } bucket)
        {
            return null;
        }

        HashSet<(object? Bucket, UInt128 User)> users = [];
        Dictionary<object, long> counts = [];
        SnapshotChoice choice = SnapshotChoice.Of(table.Name, table.Metadata, snapshotId: null, asOf: null);
        TableScan scan = new(table, await new ScanPlanner(table, choice, RowFilter.Everything).PlanAsync(cancellationToken).ConfigureAwait(false));
        await foreach ((RowBlock block, IReadOnlyList<int> rows) in scan.ReadAsync([user, bucket], cancellationToken).ConfigureAwait(false))
        {
            foreach (int row in rows)
            {
                if (block.Value(user.Id, row)?.ToString() is { } id && block.Value(bucket.Id, row) is { } number
                    && users.Add((number, XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(id)))))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, number, out _)++;
                }
            }
        }

        return counts.Count == 0
            ? null
            : new UsersPerBucket(counts.Count, users.Count, counts.Values.Min(), (double)users.Count / counts.Count, counts.Values.Max());
    }

    /// <summary>The newest commit of each pipeline, from the current snapshot back.</summary>
    private async ValueTask<IReadOnlyList<IcebergPipelineInfo>> PipelinesAsync(CancellationToken cancellationToken)
    {
        SnapshotHistory history = new(table.Metadata);
        List<IcebergPipelineInfo> pipelines = [];
        foreach (string name in history.Pipelines().Order(StringComparer.Ordinal))
        {
            Carrier carrier = history.Find(name);
            PipelineLanes lanes = await LaneFence.ReadAsync(table.Table, history, name, acceptRollback: true, cancellationToken).ConfigureAwait(false);
            pipelines.Add(new IcebergPipelineInfo(
                name,
                carrier.Snapshot?.Id,
                carrier.Snapshot?.Summary.GetValueOrDefault(SummaryKeys.Commit(name)),
                carrier.State == CarrierState.RolledBack,
                [.. lanes.Lanes.Values.Select(lane => lane.Entry).OrderBy(lane => lane.Lane)]));
        }

        return pipelines;
    }
}
