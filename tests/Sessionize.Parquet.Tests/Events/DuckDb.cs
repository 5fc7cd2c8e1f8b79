using System.Diagnostics;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>Runs statements in DuckDB, from npm.</summary>
internal static class DuckDb
{
    private const string Script = """
        const { DuckDBInstance } = require(process.argv[1] + '/@duckdb/node-api');
        (async () => {
          const connection = await (await DuckDBInstance.create(':memory:')).connect();
          for await (const chunk of process.stdin) global.sql = (global.sql ?? '') + chunk;
          for (const statement of global.sql.split(';').filter(text => text.trim())) await connection.run(statement);
        })().catch(error => { console.error(String(error)); process.exit(1); });
        """;

    /// <summary>Runs statements; skips the test where DuckDB is not installed.</summary>
    public static async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("node") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-e", Script, "--", Path.GetFullPath(NodeReader.Modules())])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(sql.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
    }
}
