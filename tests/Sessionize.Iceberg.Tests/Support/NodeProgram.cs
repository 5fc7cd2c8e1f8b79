using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A script of <c>Readers</c>, run by node with packages of npm; it answers lines of JSON with rows.</summary>
internal sealed class NodeProgram(string script, params IReadOnlyList<Func<string>> arguments) : IAsyncDisposable
{
    private const string FolderVariable = "SESSIONIZE_NODE_MODULES_ICEBERG";
    private const string RequireVariable = "SESSIONIZE_REQUIRE_COMPONENTS";

    private readonly LineServer _program = new(() =>
    {
        ProcessStartInfo start = new("node") { ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Readers", script), Modules() } };
        foreach (Func<string> argument in arguments)
        {
            start.ArgumentList.Add(argument());
        }

        return start;
    });

    /// <summary>Asks for rows; the test fails with the program's error.</summary>
    public async Task<TableRows> AskAsync<TQuestion>(TQuestion question)
    {
        string answer = await _program.AskAsync(JsonSerializer.Serialize(question), TestContext.Current.CancellationToken);
        JsonElement said = JsonSerializer.Deserialize<JsonElement>(answer);
        Assert.False(said.TryGetProperty("error", out JsonElement error), $"{script}: {error}\n{JsonSerializer.Serialize(question)}");
        return new([.. said.GetProperty("rows").EnumerateArray()]);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string Modules()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            return folder;
        }

        string remedy = $"The readers from npm were not found: set {FolderVariable} to a folder 'node_modules' that has what Readers/package.json lists.";
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail(remedy);
        }

        Assert.Skip(remedy);
        return "";
    }
}
