using System.CommandLine;
using System.Globalization;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table describe</c>: what a table is, and how large.</summary>
internal sealed class TableDescribeCommand : TableVerb
{
    private const int PartitionsShown = 20;
    private const int SnapshotsShown = 5;
    private const int LanesShown = 20;

    private readonly Option<bool> _noUsers = new("--no-users") { Description = "Leave out the users per bucket, for which two columns of all rows are read." };

    public TableDescribeCommand()
        : base("describe", "Shows columns, partitions, sizes, snapshots, and the pipelines that commit to a table.") => Options.Add(_noUsers);

    /// <summary>A partition in one line.</summary>
    public static string PartitionText(IReadOnlyDictionary<string, string?> partition) =>
        partition.Count == 0 ? "(none)" : string.Join(", ", partition.Select(value => $"{value.Key}={value.Value ?? "null"}"));

    protected override async Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken)
    {
        IcebergTableInfo info = await table.DescribeAsync(!parsed.GetValue(_noUsers), cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(Format) == TableFormat.Json)
        {
            await StandardOutput.WriteLineAsync(ToJson(info)).ConfigureAwait(false);
        }
        else
        {
            Draw(info, table.Snapshots());
        }

        return ExitCodes.Done;
    }

    private static string ToJson(IcebergTableInfo info) => JsonText.Of(json =>
    {
        json.WriteString("name", info.Name);
        json.WriteString("uuid", info.Uuid);
        json.WriteNumber("format_version", info.FormatVersion);
        json.WriteString("location", info.Location);
        json.WriteString("metadata_location", info.MetadataLocation);
        json.WriteString("last_updated", CountText.Exact(info.LastUpdated));
        json.WriteObjects("columns", info.Columns, column =>
        {
            json.WriteNumber("id", column.Id);
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type);
            json.WriteBoolean("required", column.IsRequired);
        });
        json.WriteTexts("partitioned_by", info.PartitionedBy);
        json.WriteTexts("sorted_by", info.SortedBy);
        json.WriteTexts("properties", info.Properties!);
        if (info.CurrentSnapshot is { } current)
        {
            json.WriteStartObject("current_snapshot");
            TableSnapshotsCommand.WriteMembers(json, current);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("current_snapshot");
        }

        json.WriteNumber("snapshots", info.Snapshots);
        json.WriteNumber("data_files", info.DataFiles);
        json.WriteNumber("delete_files", info.DeleteFiles);
        json.WriteNumber("rows", info.Rows);
        json.WriteNumber("bytes", info.Bytes);
        json.WriteObjects("partitions", info.Partitions, partition =>
        {
            json.WriteTexts("values", partition.Values);
            json.WriteNumber("files", partition.Files);
            json.WriteNumber("rows", partition.Rows);
            json.WriteNumber("bytes", partition.Bytes);
        });
        if (info.UsersPerBucket is { } users)
        {
            json.WriteStartObject("users_per_bucket");
            json.WriteNumber("buckets", users.Buckets);
            json.WriteNumber("users", users.Users);
            json.WriteNumber("least", users.Least);
            json.WriteNumber("mean", users.Mean);
            json.WriteNumber("most", users.Most);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("users_per_bucket");
        }

        json.WriteObjects("pipelines", info.Pipelines, pipeline =>
        {
            json.WriteString("name", pipeline.Name);
            json.WriteNumber("snapshot_id", pipeline.SnapshotId ?? -1);
            json.WriteString("commit_id", pipeline.CommitId);
            json.WriteBoolean("rolled_back", pipeline.IsRolledBack);
            json.WriteObjects("lanes", pipeline.Lanes, lane =>
            {
                json.WriteNumber("lane", lane.Lane.Number);
                json.WriteString("version", lane.To.Name);
                json.WriteNumber("watermark_ms", lane.Watermark);
                json.WriteObjects("positions", lane.Positions, position =>
                {
                    json.WriteString("partition", position.Partition);
                    json.WriteNumber("next", position.Next);
                    json.WriteNumber("replay_from", position.ReplayFrom);
                });
            });
        });
    });

    private static void Draw(IcebergTableInfo info, IReadOnlyList<IcebergSnapshotInfo> snapshots)
    {
        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        TextGrid.Heading(console, $"{info.Name} (Iceberg v{info.FormatVersion})");
        TextGrid.Line(console, $"  location        {info.Location}");
        TextGrid.Line(console, $"  last updated    {CountText.Of(info.LastUpdated)} UTC");
        TextGrid.Line(console, $"  partitioned by  {OrNothing(info.PartitionedBy)}");
        TextGrid.Line(console, $"  sorted by       {OrNothing(info.SortedBy)}");
        TextGrid.Line(console, $"  content         {CountText.Of(info.Rows, "row")} in {CountText.Of(info.DataFiles, "data file")}, {CountText.OfBytes(info.Bytes)}; {CountText.Of(info.DeleteFiles, "delete file")}");
        if (info.UsersPerBucket is { } users)
        {
            string mean = users.Mean.ToString("N1", CultureInfo.InvariantCulture);
            TextGrid.Line(console, $"  users           {CountText.Of(users.Users)} in {CountText.Of(users.Buckets, "bucket")}: least {CountText.Of(users.Least)}, mean {mean}, most {CountText.Of(users.Most)}");
        }

        TextGrid.Heading(console, "Columns");
        TextGrid.Write(console, ["#id", "name", "type", ""], info.Columns.Select(column =>
            (string[])[$"{column.Id}", column.Name, column.Type, column.IsRequired ? "required" : ""]));
        if (info.PartitionedBy.Count > 0)
        {
            TextGrid.Heading(console, $"Partitions: {CountText.Of(info.Partitions.Count)}");
            TextGrid.Write(console, ["partition", "#files", "#rows", "#size"], info.Partitions.Take(PartitionsShown).Select(partition => (string[])
                [PartitionText(partition.Values), CountText.Of(partition.Files), CountText.Of(partition.Rows), CountText.OfBytes(partition.Bytes)]));
            Rest(console, info.Partitions.Count - PartitionsShown, "partitions: --format json has all");
        }

        TextGrid.Heading(console, $"Snapshots: {CountText.Of(info.Snapshots)}");
        TextGrid.Write(console, ["snapshot", "time (UTC)", "operation", "#rows"], snapshots.Take(SnapshotsShown).Select(snapshot => (string[])
            [$"{snapshot.Id}", CountText.Of(snapshot.Time), snapshot.Operation, snapshot.Summary.GetValueOrDefault("total-records", "")]));
        Rest(console, snapshots.Count - SnapshotsShown, "snapshots: 'sessionize table snapshots' lists all");
        if (info.Pipelines.Count > 0)
        {
            TextGrid.Heading(console, "Pipelines");
            foreach (IcebergPipelineInfo pipeline in info.Pipelines)
            {
                TextGrid.Line(console, $"  {pipeline.Name}: commit {pipeline.CommitId ?? "?"} in snapshot {pipeline.SnapshotId}{(pipeline.IsRolledBack ? "; the table was rolled back behind it" : "")}");
                TextGrid.Write(console, ["#lane", "watermark (UTC)", "positions"], pipeline.Lanes.Take(LanesShown).Select(lane => (string[])
                    [$"{lane.Lane}", WatermarkText(lane.Watermark), string.Join(", ", lane.Positions.Select(position => $"{position.Partition} at {position.Next}"))]));
                Rest(console, pipeline.Lanes.Count - LanesShown, "lanes: --format json has all");
            }
        }
    }

    /// <summary>Before the first event a watermark lies at the beginning of time.</summary>
    private static string WatermarkText(long milliseconds) =>
        milliseconds is > -62_135_596_800_000 and < 253_402_300_800_000 ? CountText.Of(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)) : "none";

    private static string OrNothing(IReadOnlyList<string> terms) => terms.Count == 0 ? "(nothing)" : string.Join(", ", terms);

    private static void Rest(IAnsiConsole console, int count, string what)
    {
        if (count > 0)
        {
            TextGrid.Line(console, $"… and {CountText.Of(count)} more {what}");
        }
    }
}
