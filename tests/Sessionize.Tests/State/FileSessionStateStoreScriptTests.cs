using Sessionize.Tests.State.Scripts;
using Xunit;

namespace Sessionize.Tests.State;

/// <summary>Thousands of random histories against a model. A failure names its seed, which makes the same history again.</summary>
/// <remarks>SESSIONIZE_STATE_SCRIPTS chooses how many of each kind run.</remarks>
public sealed class FileSessionStateStoreScriptTests
{
    private static readonly int s_scripts = int.TryParse(Environment.GetEnvironmentVariable("SESSIONIZE_STATE_SCRIPTS"), out int number) ? number : 400;

    [Fact]
    public Task Versions_ProcessesThatArePausedAndKilled_WhatIsRecordedIsThere() => RunAllAsync(async seed =>
    {
        StateScript script = new(seed);
        await script.RunAsync();
        return script.Commits;
    });

    [Fact]
    public Task Records_ProcessesThatArePausedAndKilled_AreOneChain() => RunAllAsync(async seed =>
    {
        RecordScript script = new(seed);
        await script.RunAsync();
        return script.Swaps;
    });

    private static Task RunAllAsync(Func<int, Task<int>> run) => Task.Run(
        async () =>
        {
            int done = 0;
            for (int seed = 1; seed <= s_scripts; seed++)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                try
                {
                    done += await run(seed);
                }
                catch (Exception failure)
                {
                    // Whatever it was, it is found again by the seed.
                    Assert.Fail($"Seed {seed}: {failure}");
                }
            }

            Assert.InRange(done, s_scripts * 10, int.MaxValue);
        },
        TestContext.Current.CancellationToken);
}
