using System.CommandLine;
using System.Text.Json;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table snapshots</c>: the states of a table that are kept.</summary>
internal sealed class TableSnapshotsCommand() : TableVerb("snapshots", "Lists the snapshots that are kept, the newest first.")
{
    protected override async Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken)
    {
        IReadOnlyList<IcebergSnapshotInfo> snapshots = table.Snapshots();
        if (parsed.GetValue(Format) == TableFormat.Json)
        {
            await StandardOutput.WriteLineAsync(JsonText.Of(json =>
                json.WriteObjects("snapshots", snapshots, snapshot => WriteMembers(json, snapshot)))).ConfigureAwait(false);
        }
        else
        {
            Draw(snapshots);
        }

        return ExitCodes.Done;
    }

    /// <summary>Writes a snapshot's members.</summary>
    public static void WriteMembers(Utf8JsonWriter json, IcebergSnapshotInfo snapshot)
    {
        json.WriteNumber("id", snapshot.Id);
        if (snapshot.ParentId is { } parent)
        {
            json.WriteNumber("parent_id", parent);
        }
        else
        {
            json.WriteNull("parent_id");
        }

        json.WriteNumber("sequence_number", snapshot.SequenceNumber);
        json.WriteString("time", CountText.Exact(snapshot.Time));
        json.WriteString("operation", snapshot.Operation);
        json.WriteBoolean("is_current", snapshot.IsCurrent);
        json.WriteTexts("references", snapshot.References);
        json.WriteTexts("summary", snapshot.Summary!);
    }

    private static void Draw(IReadOnlyList<IcebergSnapshotInfo> snapshots)
    {
        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        TextGrid.Write(console, ["", "snapshot", "time (UTC)", "operation", "#rows added", "#rows", "#files", "names"], snapshots.Select(snapshot => (string[])
        [
            snapshot.IsCurrent ? "*" : "",
            $"{snapshot.Id}",
            CountText.Of(snapshot.Time),
            snapshot.Operation,
            snapshot.Summary.GetValueOrDefault("added-records", ""),
            snapshot.Summary.GetValueOrDefault("total-records", ""),
            snapshot.Summary.GetValueOrDefault("total-data-files", ""),
            string.Join(", ", snapshot.References),
        ]));
    }
}
