using System.Text.Json;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>What <c>icecheck</c> said.</summary>
/// <param name="ExitCode">0 done; 1 a finding; 2 an error; 3 a commit lost its race.</param>
/// <param name="Output">Its output.</param>
public sealed record IceCheckAnswer(int ExitCode, string Output)
{
    /// <summary>The output as one JSON value.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <summary>The output as one JSON value a line.</summary>
    public IReadOnlyList<JsonElement> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
