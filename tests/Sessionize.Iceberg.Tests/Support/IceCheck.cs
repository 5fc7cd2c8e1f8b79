using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Iceberg's own Java library as auditor, reader and second writer. One process for all tests of the run.</summary>
/// <remarks>
/// Every call fails the test, if the program does not exit with 0; <see cref="RunAsync"/> returns any exit code. Options are those of
/// <c>icecheck --help</c>. A table that the program writes lies in a folder with <c>vN.metadata.json</c>, or in a catalog.
/// </remarks>
public sealed class IceCheck : IAsyncDisposable
{
    private readonly LineServer _program = new(Program);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Audits a table: metadata, manifests, every value of every file, orphans.</summary>
    /// <param name="table">The table.</param>
    /// <param name="options">Options, such as <c>--allow-orphans</c>, <c>--current-only</c> and <c>--strict</c>.</param>
    /// <returns>What was looked at, and warnings.</returns>
    public async Task<JsonElement> VerifyAsync(TableAddress table, params string[] options)
    {
        IceCheckAnswer answer = await RunAsync("verify", table, options);
        if (answer.ExitCode == 1)
        {
            IEnumerable<string> findings = answer.Json.GetProperty("violations").EnumerateArray()
                .Concat(options.Contains("--strict") ? answer.Json.GetProperty("warnings").EnumerateArray() : [])
                .Select(finding => $"{finding.GetProperty("code")}: {finding.GetProperty("message")} ({finding.GetProperty("where")})");
            Assert.Fail($"icecheck verify {table}:\n{string.Join('\n', findings)}");
        }

        return Checked(answer, "verify", table).Json;
    }

    /// <summary>Counts the rows by reading them.</summary>
    public async Task<long> CountAsync(TableAddress table, params string[] options) =>
        (await DoAsync("count", table, options)).Json.GetProperty("rows").GetInt64();

    /// <summary>Reads rows: <c>--snapshot</c>, <c>--as-of</c>, <c>--where</c>, <c>--select</c>, <c>--limit</c>.</summary>
    public async Task<TableRows> ReadAsync(TableAddress table, params string[] options) => new((await DoAsync("read", table, options)).Lines);

    /// <summary>Which files a filter leaves, and how many there are.</summary>
    public async Task<JsonElement> PlanAsync(TableAddress table, string where, params string[] options) =>
        (await DoAsync("plan", table, ["--where", where, .. options])).Json;

    /// <summary>Schemas, specs, refs, snapshots, logs and properties.</summary>
    public async Task<JsonElement> DescribeAsync(TableAddress table) => (await DoAsync("describe", table)).Json;

    /// <summary>Manifests and live files with their metrics.</summary>
    public async Task<JsonElement> FilesAsync(TableAddress table, params string[] options) => (await DoAsync("files", table, options)).Json;

    /// <summary>Appends rows: <c>--commits</c>, <c>--fast</c>, <c>--snapshot-prop</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">One JSON object a line; timestamps as text or in milliseconds.</param>
    /// <param name="options">Options.</param>
    public async Task AppendAsync(TableAddress table, string rows, params string[] options)
    {
        using TemporaryFolder folder = new();
        string[] words = [folder.Write("rows.ndjson", rows), .. options];
        await DoAsync("append", table, words);
    }

    /// <summary>Creates a table.</summary>
    /// <param name="table">Where.</param>
    /// <param name="schema">The schema as JSON.</param>
    /// <param name="options">Options: <c>--partition</c>, <c>--sort</c>, <c>--format-version</c>, <c>--table-props</c>.</param>
    public async Task CreateAsync(TableAddress table, string schema, params string[] options)
    {
        using TemporaryFolder folder = new();
        await DoAsync("create", table, ["--schema", folder.Write("schema.json", schema), .. options]);
    }

    /// <summary>Changes schema, spec or properties: <c>--add</c>, <c>--drop</c>, <c>--rename</c>, <c>--widen</c>, <c>--partition-add</c>, <c>--set</c>.</summary>
    public Task EvolveAsync(TableAddress table, params string[] options) => DoAsync("evolve", table, options);

    /// <summary>Deletes rows: by position, or with <c>--mode equality --columns a,b</c>.</summary>
    public Task DeleteAsync(TableAddress table, string where, params string[] options) => DoAsync("delete", table, ["--where", where, .. options]);

    /// <summary>Rewrites each partition's files into one, and applies deletes.</summary>
    public Task CompactAsync(TableAddress table, params string[] options) => DoAsync("compact", table, options);

    /// <summary>Forgets snapshots but the last ones.</summary>
    public Task ExpireAsync(TableAddress table, int retainLast) => DoAsync("expire", table, "--retain-last", $"{retainLast}");

    /// <summary>Makes an earlier snapshot the current one.</summary>
    public Task RollbackAsync(TableAddress table, long snapshotId) => DoAsync("rollback", table, "--snapshot", $"{snapshotId}");

    /// <summary>Runs a command that has to succeed.</summary>
    public async Task<IceCheckAnswer> DoAsync(string verb, TableAddress table, params string[] words) => Checked(await RunAsync(verb, table, words), verb, table);

    /// <summary>Runs a command.</summary>
    /// <param name="verb">What to do.</param>
    /// <param name="table">The table.</param>
    /// <param name="words">What follows the table.</param>
    /// <returns>The exit code, whichever it is, and the output.</returns>
    public async Task<IceCheckAnswer> RunAsync(string verb, TableAddress table, params string[] words)
    {
        // Words before options: in a catalog the first word is what would follow the table.
        string[] line = [verb, .. table.Location is { } location ? (string[])[location] : [], .. words, .. table.Options];
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(await _program.AskAsync(JsonSerializer.Serialize(line), Token));
        return new(answer.GetProperty("rc").GetInt32(), answer.GetProperty("output").GetString()!);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static IceCheckAnswer Checked(IceCheckAnswer answer, string verb, TableAddress table)
    {
        Assert.True(answer.ExitCode == 0, $"icecheck {verb} {table}: exit code {answer.ExitCode}. {answer.Output}");
        return answer;
    }

    private static ProcessStartInfo Program() => new("bash") { ArgumentList = { SharedFiles.Find("iceberg-java/icecheck"), "batch" } };
}
