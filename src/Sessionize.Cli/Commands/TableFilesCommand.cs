using System.CommandLine;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table files</c>: the files of a snapshot.</summary>
internal sealed class TableFilesCommand : TableVerb
{
    private readonly Option<long?> _snapshot = OptionParsing.Number(
        "--snapshot", 0, long.MaxValue, "3776207205136740581", "The snapshot; the current one by default.");

    public TableFilesCommand()
        : base("files", "Lists the data and delete files of a snapshot.") => Options.Add(_snapshot);

    protected override async Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken)
    {
        IReadOnlyList<IcebergFileInfo> files = await table.FilesAsync(parsed.GetValue(_snapshot), cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(Format) == TableFormat.Json)
        {
            await StandardOutput.WriteLineAsync(JsonText.Of(json => json.WriteObjects("files", files, file =>
            {
                json.WriteString("path", file.Path);
                json.WriteString("content", file.Content);
                json.WriteTexts("partition", file.Partition);
                json.WriteNumber("spec_id", file.SpecId);
                json.WriteNumber("rows", file.Rows);
                json.WriteNumber("bytes", file.Bytes);
                json.WriteNumber("sequence_number", file.SequenceNumber);
            }))).ConfigureAwait(false);
        }
        else
        {
            Draw(files);
        }

        return ExitCodes.Done;
    }

    private static void Draw(IReadOnlyList<IcebergFileInfo> files)
    {
        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        TextGrid.Write(console, ["content", "#rows", "#size", "partition", "file"], files.Select(file => (string[])
        [
            file.Content, CountText.Of(file.Rows), CountText.OfBytes(file.Bytes), TableDescribeCommand.PartitionText(file.Partition), file.Path,
        ]));
        TextGrid.Line(console, $"{CountText.Of(files.Count, "file")}, {CountText.OfBytes(files.Sum(file => file.Bytes))}");
    }
}
