namespace Sessionize.Iceberg.Tests.Support;

/// <summary>ClickHouse (chdb) as a reader of tables in local folders and on S3. One process for all tests of the run.</summary>
/// <remarks>It returns a list that is null as an empty one; its bare <c>count()</c> trusts the metadata, so count a column.</remarks>
public sealed class ClickHouseIceberg : IAsyncDisposable
{
    private readonly NodeProgram _program = new("chdb.mjs");

    /// <summary>Runs SQL over a table.</summary>
    /// <param name="table">The table's folder, or its location on S3.</param>
    /// <param name="sql">The query, in which <c>{0}</c> stands for the table.</param>
    public Task<TableRows> QueryAsync(TableAddress table, string sql) =>
        _program.AskAsync(new { sql = sql.Replace("{0}", Source(table), StringComparison.Ordinal) });

    /// <summary>Reads all rows.</summary>
    public Task<TableRows> ReadAsync(TableAddress table) => QueryAsync(table, "select * from {0}");

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string Source(TableAddress table)
    {
        string location = table.Location ?? throw new ArgumentException($"ClickHouse reads folders, not {table}.");
        return table.S3 is { } s3
            ? $"icebergS3('{s3.Endpoint}/{location["s3://".Length..]}/', '{S3Server.AccessKey}', '{S3Server.SecretKey}')"
            : $"icebergLocal('{location}')";
    }
}
