using System.Globalization;
using Sessionize.Iceberg.Tests.Commits.Scripts;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits;

/// <summary>Random scripts against a model: rows exactly once, lanes right, no file deleted that a snapshot needs, none left behind.</summary>
public sealed class CommitScriptTests
{
    private static readonly int s_cases =
        int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_COMMIT_SCRIPTS") is { Length: > 0 } cases ? cases : "200", CultureInfo.InvariantCulture);

    private static readonly int s_first =
        int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_COMMIT_SCRIPTS_FROM") is { Length: > 0 } first ? first : "0", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scripts_EverythingFailsAndOthersCommit_RowsAreThereOnce(bool rollsBack)
    {
        for (int seed = s_first; seed < s_first + s_cases; seed++)
        {
            await using CommitScript script = new(seed, rollsBack);
            try
            {
                await script.RunAsync();
            }
            catch (Exception failure)
            {
                Assert.Fail($"Case {seed}: {failure}\n{string.Join('\n', script.Story)}");
            }
        }
    }
}
