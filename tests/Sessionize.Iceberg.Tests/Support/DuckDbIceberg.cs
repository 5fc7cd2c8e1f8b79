using Xunit.Sdk;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>DuckDB with its Iceberg reader. One process for all tests of the run.</summary>
public sealed class DuckDbIceberg : IAsyncDisposable
{
    private const int Tries = 3;

    private readonly NodeProgram _program;
    private readonly SemaphoreSlim _turn = new(1);
    private string? _extensions;
    private int _attached;

    public DuckDbIceberg() => _program = new("duckdb.mjs", Extensions);

    /// <summary>Runs SQL over a table.</summary>
    /// <param name="table">The table, except in a SQL catalog, which DuckDB does not know: give its metadata file.</param>
    /// <param name="sql">The query, in which <c>{0}</c> stands for the table.</param>
    /// <returns>The rows; times with a zone are texts with microseconds.</returns>
    public async Task<TableRows> QueryAsync(TableAddress table, string sql)
    {
        // One catalog is attached at a time: of two, the one's tables are looked for in the other.
        await _turn.WaitAsync();
        try
        {
            for (int tried = 1; ; tried++)
            {
                try
                {
                    return await AskAsync(table, sql);
                }
                catch (XunitException failure) when (tried < Tries && table.Rest is not null && failure.Message.Contains("does not exist", StringComparison.Ordinal))
                {
                    // A question to the catalog that got no answer on a busy machine is, to DuckDB, a schema that is not there. One that is not there is not there the third time.
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads all rows.</summary>
    public Task<TableRows> ReadAsync(TableAddress table) => QueryAsync(table, "select * from {0}");

    /// <summary>Counts the rows by reading a column.</summary>
    public async Task<long> CountAsync(TableAddress table) => (await QueryAsync(table, "select count(*) as n from {0}")).Column("n").Single().GetInt64();

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _turn.Dispose();
        if (_extensions is not null)
        {
            Directory.Delete(_extensions, recursive: true);
        }
    }

    private Task<TableRows> AskAsync(TableAddress table, string sql)
    {
        List<string> before = [];
        if (table.S3 is { } s3)
        {
            before.Add($"create or replace secret s3 (type s3, key_id '{S3Server.AccessKey}', secret '{S3Server.SecretKey}', region '{S3Server.Region}', "
                + $"endpoint '{new Uri(s3.Endpoint).Authority}', url_style 'path', use_ssl false)");
        }

        string source = table.Rest is { } rest ? Attached(rest, table.Name!, before) : $"iceberg_scan({Quoted(table.Location!)})";
        return _program.AskAsync(new { sql = (string[])[.. before, sql.Replace("{0}", source, StringComparison.Ordinal)] });
    }

    // Attached anew for each query and under a new name, as DuckDB remembers what it knows of a catalog by its name, even when it is detached.
    private string Attached(RestCatalogServer server, string name, List<string> before)
    {
        string access = "authorization_type 'none'";
        if (server.Credential?.Split(':') is [var id, var secret])
        {
            before.Add($"create or replace secret rest (type iceberg, client_id {Quoted(id)}, client_secret {Quoted(secret)}, "
                + $"oauth2_server_uri '{server.Uri}/v1/oauth/tokens')");
            access = $"secret rest, default_region '{S3Server.Region}'";
        }

        int number = Interlocked.Increment(ref _attached);
        before.Add($"detach database if exists rest_{number - 1}");
        before.Add($"attach '' as rest_{number} (type iceberg, endpoint '{server.Uri}', {access})");
        string[] parts = name.Split('.');
        return $"rest_{number}.\"{string.Join('.', parts[..^1])}\".\"{parts[^1]}\"";
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private string Extensions()
    {
        if (_extensions is null)
        {
            string script = SharedFiles.Find("duckdb-extensions/unpack");
            _extensions = Directory.CreateTempSubdirectory("sessionize-duckdb-").FullName;
            ComponentScript.RunAsync(script, _extensions).GetAwaiter().GetResult();
        }

        return _extensions;
    }
}
