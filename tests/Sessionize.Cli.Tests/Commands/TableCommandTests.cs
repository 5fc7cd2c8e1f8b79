using System.Text.Json;
using System.Text.RegularExpressions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary><c>sessionize table</c> with tables that Spark wrote.</summary>
[Collection(FixtureTables.Collection)]
public sealed partial class TableCommandTests(FixtureTables tables) : IDisposable
{
    private const string Partitioned = "user_sessions_partitioned";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>All tables but the one of version 3.</summary>
    public static TheoryData<string> Names => [.. FixtureTables.Names.Where(name => name != "user_sessions_v3")];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task DescribeAndVerify_EveryTable_AreDone(string name)
    {
        await tables.ReadOnlyAsync(name);
        JsonElement info = Json("describe", $"sessions.{name}", "--warehouse", FixtureTables.Warehouse);
        JsonElement audit = Json("verify", $"sessions.{name}", "--warehouse", FixtureTables.Warehouse);

        Assert.Equal(tables.Expected[name].Rows.Count, info.GetProperty("rows").GetInt32());
        Assert.Equal(tables.Expected[name].CurrentSnapshotId, info.GetProperty("current_snapshot").GetProperty("id").GetInt64());
        Assert.True(audit.GetProperty("ok").GetBoolean());
        Assert.Equal(tables.Expected[name].Rows.Count, audit.GetProperty("looked_at").GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task Text_EveryCommand_SaysWhatAPersonWantsToKnow()
    {
        string folder = await tables.ReadOnlyAsync(Partitioned);

        string described = Done("describe", folder).Output;
        Assert.Contains("session_date, user_hash_bucket", described, StringComparison.Ordinal);
        Assert.Contains("17 rows", described, StringComparison.Ordinal);
        Assert.Contains("least 1, mean", described, StringComparison.Ordinal);
        Assert.DoesNotContain("least", Done("describe", folder, "--no-users").Output, StringComparison.Ordinal);
        Assert.Contains($"{tables.Expected[Partitioned].CurrentSnapshotId}", Done("snapshots", folder).Output, StringComparison.Ordinal);
        Assert.Contains("user_hash_bucket=-48", Done("files", folder).Output, StringComparison.Ordinal);
        Assert.Contains("The table is sound", Done("verify", folder).Output, StringComparison.Ordinal);
        string queried = Done("query", folder, "--user", "user-001").Output;
        Assert.Contains("user-001_session_2_0", queried, StringComparison.Ordinal);
        Assert.Matches(@"\d of \d+ files \(.* of .*\), \d of \d manifests", queried);
    }

    [Fact]
    public async Task Query_DateAndBucket_OpensTheFilesOfThatPartitionAlone()
    {
        string folder = await tables.ReadOnlyAsync(Partitioned);
        JsonElement files = Json("files", folder);
        JsonElement answer = Json("query", folder, "--date", "2024-01-01", "--bucket", "70");
        int matching = files.GetProperty("files").EnumerateArray().Count(file =>
            file.GetProperty("partition").GetProperty("session_date").GetString() == "2024-01-01" && file.GetProperty("partition").GetProperty("user_hash_bucket").GetString() == "70");

        Assert.True(matching > 0);
        Assert.Equal(matching, answer.GetProperty("files").GetInt32());
        Assert.Equal(files.GetProperty("files").GetArrayLength(), answer.GetProperty("files_total").GetInt32());
        Assert.Equal(matching, answer.GetProperty("row_groups").GetInt32());
        Assert.InRange(answer.GetProperty("bytes").GetInt64(), 1, answer.GetProperty("bytes_total").GetInt64() - 1);
        Assert.InRange(answer.GetProperty("column_bytes_read").GetInt64(), 1, answer.GetProperty("bytes").GetInt64());
        Assert.All(answer.GetProperty("sessions").EnumerateArray(), session =>
        {
            Assert.Equal("2024-01-01", session.GetProperty("session_date").GetString());
            Assert.Equal(70, session.GetProperty("user_hash_bucket").GetInt32());
        });
    }

    [Fact]
    public async Task Query_SnapshotAndAsOf_AreTheTableAsItWas()
    {
        string folder = await tables.ReadOnlyAsync("user_sessions_flat");
        JsonElement snapshots = Json("snapshots", folder).GetProperty("snapshots");
        string first = snapshots[1].GetProperty("time").GetString()!;

        Assert.Equal(10, Count("query", folder));
        Assert.Equal(5, Count("query", folder, "--snapshot", snapshots[1].GetProperty("id").GetRawText()));
        Assert.Equal(5, Count("query", folder, "--as-of", first));
        Assert.Equal(2, Count("query", folder, "--limit", "2"));
        Assert.Equal(10, Done("query", folder, "--format", "ndjson").OutputLines.Length);
        Assert.Equal(0, Count("query", folder, "--where-start", "2030-01-01.."));
        Assert.Contains("had no snapshot at", Fails(ExitCodes.Failed, "query", folder, "--as-of", "1999-12-31"), StringComparison.Ordinal);
        Assert.Contains("no snapshot 7", Fails(ExitCodes.Failed, "query", folder, "--snapshot", "7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warehouse_OfTheVariable_IsTaken()
    {
        await tables.ReadOnlyAsync("user_sessions_flat");

        ToolResult result = ToolProcess.Shell(_folder.Path, $"export ICEBERG_WAREHOUSE={FixtureTables.Warehouse}; sessionize table query sessions.user_sessions_flat --format ndjson | wc -l").AssertCivil();

        Assert.Equal("10", result.Output.Trim());
    }

    [Fact]
    public async Task Verify_ADataFileGone_EndsWithOneAndNamesIt()
    {
        string folder = await tables.WritableAsync("user_sessions_flat");
        string file = Directory.EnumerateFiles($"{folder}/data", "*.parquet").First();
        File.Delete(file);

        ToolResult result = ToolProcess.Run(_folder.Path, "table", "verify", folder).AssertCivil();

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains($"file-missing: file:{file}", result.Output.Replace("file://", "file:", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_EndWithASentenceAndTheirExitCode()
    {
        string version3 = await tables.ReadOnlyAsync("user_sessions_v3");
        string folder = await tables.ReadOnlyAsync(Partitioned);

        Assert.Contains("version 3", Fails(ExitCodes.Failed, "describe", version3), StringComparison.Ordinal);
        Assert.Contains("no table sessions.none", Fails(ExitCodes.Failed, "verify", "sessions.none", "--warehouse", FixtureTables.Warehouse), StringComparison.Ordinal);
        Assert.Contains("NAMESPACE.NAME", Fails(ExitCodes.Usage, "describe", "none"), StringComparison.Ordinal);
        Assert.Contains("CatalogUri is not set", Fails(ExitCodes.Usage, "describe", "a.b", "--catalog", "sql"), StringComparison.Ordinal);
        Assert.Contains("is no range", Fails(ExitCodes.Usage, "query", folder, "--where-start", "2024"), StringComparison.Ordinal);
        Assert.Contains("is no date", Fails(ExitCodes.Usage, "query", folder, "--date", "yesterday"), StringComparison.Ordinal);
        Assert.Contains("is no time", Fails(ExitCodes.Usage, "query", folder, "--as-of", "2024-01-01T00:00:00"), StringComparison.Ordinal);
        Assert.Contains("give one of them", Fails(ExitCodes.Usage, "query", folder, "--as-of", "0", "--snapshot", "1"), StringComparison.Ordinal);
        Assert.Contains("give --user", Fails(ExitCodes.Usage, "query", folder, "--buckets", "100"), StringComparison.Ordinal);
        string secret = Fails(ExitCodes.Usage, "describe", folder, "--catalog-property", "credential:very-secret");
        Assert.DoesNotContain("secret", secret, StringComparison.Ordinal);
        Assert.Contains("'sessionize table describe --help'", secret, StringComparison.Ordinal);
    }

    [Fact]
    public void Guide_Options_AreThoseOfTheHelp()
    {
        string guide = File.ReadAllText(GuidePath());
        string section = guide[guide.IndexOf("## table", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        string helps = string.Concat(((string[])["describe", "snapshots", "files", "query", "verify"]).Select(verb => Done(verb, "--help").Output));

        Assert.Equal(
            OptionName().Matches(helps).Select(match => match.Value).Where(name => name != "--help").Distinct().Order(StringComparer.Ordinal),
            section.Split('\n').Where(line => line.StartsWith("| `--", StringComparison.Ordinal)).Select(line => OptionName().Match(line).Value).Distinct().Order(StringComparer.Ordinal));
    }

    private int Count(params string[] words) => Json(words).GetProperty("sessions").GetArrayLength();

    private JsonElement Json(params string[] words) => JsonSerializer.Deserialize<JsonElement>(Done([.. words, "--format", "json"]).Output);

    private ToolResult Done(params string[] words)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["table", .. words]).AssertCivil();
        Assert.True(result.ExitCode == ExitCodes.Done, $"{string.Join(' ', words)}: {result.ExitCode} {result.Error} {result.Output}");
        return result;
    }

    private string Fails(int exitCode, params string[] words)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["table", .. words]).AssertCivil();
        Assert.Equal(exitCode, result.ExitCode);
        return result.Error;
    }

    private static string GuidePath()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sessionize.sln")))
            {
                return Path.Combine(folder.FullName, "docs", "guides", "command-line.md");
            }
        }

        Assert.Skip("The guide is not there: run the tests from a checkout.");
        return "";
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*(?=[ ,`]|$)", RegexOptions.Multiline)]
    private static partial Regex OptionName();
}
