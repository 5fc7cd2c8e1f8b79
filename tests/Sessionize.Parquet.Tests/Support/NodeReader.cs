using System.Diagnostics;
using Xunit;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Runs the scripts that read files with libraries of npm.</summary>
internal static class NodeReader
{
    private const string FolderVariable = "SESSIONIZE_NODE_MODULES";
    private const string RequireVariable = "SESSIONIZE_REQUIRE_COMPONENTS";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a script; it fails with the sentence in which the script says what differs.</summary>
    /// <param name="script">The script's name.</param>
    /// <param name="file">The file to read.</param>
    /// <param name="description">What the file holds, where the script asks for it.</param>
    /// <param name="cancellationToken">Ends the script.</param>
    /// <returns>The script's last line.</returns>
    public static async Task<string> RunAsync(string script, string file, string? description, CancellationToken cancellationToken)
    {
        string modules = Modules();
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Readers", script), modules, file, .. description is null ? (string[])[] : [description]])
        {
            start.ArgumentList.Add(argument);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{script}: {await errors}");
            return output.TrimEnd().Split('\n')[^1];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>The folder node_modules; skips the test where there is none.</summary>
    public static string Modules()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            return folder;
        }

        string remedy = $"The readers from npm were not found: set {FolderVariable} to a folder 'node_modules' that has "
            + "@duckdb/node-api, hyparquet, hyparquet-compressors and chdb.";
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail(remedy);
        }

        Assert.Skip(remedy);
        return "";
    }
}
