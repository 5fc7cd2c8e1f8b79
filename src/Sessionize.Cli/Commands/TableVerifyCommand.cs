using System.CommandLine;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table verify</c>: whether a table is sound.</summary>
internal sealed class TableVerifyCommand() : TableVerb("verify", "Audits a table: counts, bounds, totals, missing and orphan files, sessions that are there twice. Exit code 1 on a finding.")
{
    protected override async Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken)
    {
        IcebergTableAudit audit = await table.VerifyAsync(cancellationToken).ConfigureAwait(false);
        await StandardOutput.WriteLineAsync(parsed.GetValue(Format) == TableFormat.Json ? ToJson(audit) : ToText(audit)).ConfigureAwait(false);
        return audit.IsSound ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static string ToJson(IcebergTableAudit audit) => JsonText.Of(json =>
    {
        json.WriteBoolean("ok", audit.IsSound);
        json.WriteStartObject("looked_at");
        json.WriteNumber("snapshots", audit.Snapshots);
        json.WriteNumber("manifests", audit.Manifests);
        json.WriteNumber("data_files", audit.DataFiles);
        json.WriteNumber("delete_files", audit.DeleteFiles);
        json.WriteNumber("rows", audit.Rows);
        json.WriteNumber("sessions", audit.Sessions);
        json.WriteEndObject();
        json.WriteObjects("findings", audit.Findings, finding =>
        {
            json.WriteString("code", finding.Code);
            json.WriteString("place", finding.Place);
            json.WriteString("message", finding.Message);
        });
    });

    private static string ToText(IcebergTableAudit audit)
    {
        IEnumerable<string> findings = audit.Findings.Select(finding => TerminalText.Safe($"{finding.Code}: {finding.Place}: {finding.Message}"));
        string lookedAt = $"{CountText.Of(audit.Snapshots, "snapshot")}, {CountText.Of(audit.Manifests, "manifest")}, {CountText.Of(audit.DataFiles, "data file")}, "
            + $"{CountText.Of(audit.DeleteFiles, "delete file")} and {CountText.Of(audit.Sessions, "live row")} were looked at";
        return string.Join('\n', findings.Append($"{(audit.IsSound ? "The table is sound" : CountText.Of(audit.Findings.Count, "finding"))}: {lookedAt}."));
    }
}
