using System.CommandLine;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table</c>: looks at Iceberg tables.</summary>
internal sealed class TableCommand : Command
{
    public TableCommand()
        : base("table", "Looks at a table of sessions: what it is, its files, its rows, and whether it is sound.")
    {
        Subcommands.Add(new TableDescribeCommand());
        Subcommands.Add(new TableSnapshotsCommand());
        Subcommands.Add(new TableFilesCommand());
        Subcommands.Add(new TableQueryCommand());
        Subcommands.Add(new TableVerifyCommand());
    }
}
