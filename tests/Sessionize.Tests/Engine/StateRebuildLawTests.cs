using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Sessionize.Engine;
using Sessionize.Testing;
using Sessionize.Testing.Harness;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>
/// A state that is lost and rebuilt is the one that was lost: over random definitions, disorder, late events, events ahead of the clock, idle times, restarts and losses, a
/// pipeline that loses its state goes on exactly as one beside it that never stops. SESSIONIZE_LAW_CASES and SESSIONIZE_LAW_SEED choose how many and which.
/// </summary>
public sealed class StateRebuildLawTests
{
    private static readonly int s_cases = FromEnvironment("SESSIONIZE_LAW_CASES", 1_000);
    private static readonly int s_seed = FromEnvironment("SESSIONIZE_LAW_SEED", 1);

    [Fact]
    public async Task Rebuilding_OfRandomScripts_GoesOnAsIfNothingWasLost()
    {
        int losses = 0;
        int refusals = 0;
        int runs = 0;
        for (int i = 0; i < s_cases; i++)
        {
            int seed = s_seed + i;
            try
            {
                (int lost, bool isRefused) = await RunAsync(seed);
                losses += lost;
                refusals += isRefused ? 1 : 0;
                runs++;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"SESSIONIZE_LAW_SEED={seed}: {failure.Message}", failure);
            }
        }

        // More decisions of the clock than a commit keeps may make a replay from the beginning impossible. That is rare here, and never silent.
        Assert.True(losses > s_cases && refusals < Math.Max(3, s_cases / 20), $"{losses} losses, {refusals} refusals in {runs} cases");
    }

    private static async Task<(int Losses, bool IsRefused)> RunAsync(int seed)
    {
        Random random = new(seed);
        SessionizationDefinition definition = SessionizeGen.Definition().Sample(10, new Rnd((ulong)seed), 1).First();
        definition.CrowdedFrom = random.Next(3) == 0 ? random.Next(1, 4) : definition.CrowdedFrom;
        long unitMs = Math.Max(1, (long)definition.Options.InactivityTimeout!.Value.TotalMilliseconds);
        definition.Options.MaxFutureSkew = TimeSpan.FromMilliseconds(unitMs);
        definition.Options.RebuildState = true;
        PipelinePlan plan = new(definition, isStreaming: true);
        ClickstreamEvent[] log = SessionizeGen.Events(definition).Sample(10, new Rnd((ulong)seed), 3).SelectMany(events => events).ToArray();

        VirtualClock clock = new();
        RebuiltProcess undisturbed = new(plan, log, clock);
        RebuiltProcess disturbed = new(plan, log, clock);
        RebuiltProcess[] both = [undisturbed, disturbed];
        int sent = 0;
        int losses = 0;
        foreach (RebuiltProcess process in both)
        {
            await process.OpenAsync(sent);
        }

        while (sent < log.Length)
        {
            switch (random.Next(10))
            {
                case 0:
                    foreach (RebuiltProcess process in both)
                    {
                        process.LookForIdle();
                    }

                    clock.Advance(definition.Options.IdleTimeout + TimeSpan.FromMilliseconds(random.NextInt64(4 * unitMs)));
                    foreach (RebuiltProcess process in both)
                    {
                        process.LookForIdle();
                    }

                    break;
                case 1:
                    await both[random.Next(2)].CommitAsync();
                    break;
                case 2 when random.Next(4) == 0:
                    foreach (RebuiltProcess process in both)
                    {
                        process.CloseAll();
                    }

                    break;
                case 3:
                    // The clock stands still, so that only what the log has is read again.
                    await disturbed.CommitAsync();
                    await disturbed.OpenAsync(sent);
                    break;
                case 4 or 5:
                    await disturbed.CommitAsync();
                    disturbed.LoseState(random);
                    losses++;
                    int letters = disturbed.WrittenLetters;
                    int rows = disturbed.Table.Sessions.Count;
                    clock.Advance(TimeSpan.FromMilliseconds(random.NextInt64(2 * unitMs)));
                    LaneCommit lost = disturbed.LastCommit;
                    try
                    {
                        await disturbed.OpenAsync(sent);
                    }
                    catch (SessionizeException refusal) when (ReplayRecord.Read(lost.Replay)!.Notes.IsCut)
                    {
                        Assert.Contains("the wall clock decided more since then", refusal.Message, StringComparison.Ordinal);
                        return (losses, true);
                    }

                    await disturbed.CommitAsync();
                    Assert.Equal((letters, rows), (disturbed.WrittenLetters, disturbed.Table.Sessions.Count));
                    Assert.Equal((lost.To, lost.Positions[0].Next, lost.Watermark), (disturbed.LastCommit.From, disturbed.LastCommit.Positions[0].Next, disturbed.LastCommit.Watermark));
                    Assert.Equal(ReplayRecord.Read(lost.Replay)!.Checksum, ReplayRecord.Read(disturbed.LastCommit.Replay)!.Checksum);
                    break;
                default:
                    int next = Math.Min(log.Length, sent + random.Next(1, 4));
                    TimeSpan lag = TimeSpan.FromMilliseconds(random.NextInt64(-2 * unitMs, 4 * unitMs));
                    TimeSpan until = DateTimeOffset.FromUnixTimeMilliseconds(log[sent].TimestampMs) + lag - clock.GetUtcNow();
                    if (until > TimeSpan.Zero)
                    {
                        clock.Advance(until);
                    }

                    sent = next;
                    foreach (RebuiltProcess process in both)
                    {
                        process.Read(sent);
                    }

                    break;
            }
        }

        foreach (RebuiltProcess process in both)
        {
            await process.CommitAsync();
        }

        Assert.Equal(undisturbed.Lane.Checksum(), disturbed.Lane.Checksum());
        foreach (RebuiltProcess process in both)
        {
            process.CloseAll();
            await process.CommitAsync();
        }

        Assert.Equal(undisturbed.DeadLetters.Order(StringComparer.Ordinal), disturbed.DeadLetters.Order(StringComparer.Ordinal));
        Assert.Equal(undisturbed.Table.Sessions.Select(row => row.ToString()).Order(StringComparer.Ordinal), disturbed.Table.Sessions.Select(row => row.ToString()).Order(StringComparer.Ordinal));
        return (losses, false);
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
