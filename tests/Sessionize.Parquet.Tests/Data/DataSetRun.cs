using System.Text.Json;
using Sessionize.Sinks;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Parquet.Tests.Data;

/// <summary>Batch over one of the real clickstreams.</summary>
internal static class DataSetRun
{
    /// <summary>The settings that have expected results.</summary>
    public static readonly string[] Settings = ["30m/2h", "30m/2h restarting"];

    /// <summary>Runs batch; the number of events must be the expected one, and none may be bad.</summary>
    public static async Task<SessionizationSummary> RunAsync(
        string name, string settings, Func<SessionizationContext, IEventSource> source, Func<SessionizationContext, ISessionSink> sink, BatchOptions? machine = null)
    {
        SessionizationDefinition definition = new()
        {
            Options = { Alignment = settings == Settings[1] ? MaxDurationAlignment.Restarting : MaxDurationAlignment.Anchored },
            Source = source,
            Sink = sink,
            DeadLetters = _ => new InMemoryDeadLetterSink(),
        };

        SessionizationSummary summary = await new BatchSessionizer(definition, options: machine).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(DataSet.Expected(name)[settings].GetProperty("events").GetInt64(), summary.Events);
        Assert.Empty(summary.BadEvents);
        return summary;
    }

    /// <summary>What is expected: the number of sessions, their digest, and the digest of every column.</summary>
    public static string Expected(string name, string settings)
    {
        JsonElement expected = DataSet.Expected(name)[settings];
        return $"{expected.GetProperty("sessions").GetInt32()} {expected.GetProperty("sha256").GetString()} {expected.GetProperty("sha256_full").GetString()}";
    }

    /// <summary>What was got, in the same form.</summary>
    public static string Digests(IReadOnlyList<Session> sessions) =>
        $"{sessions.Count} {CanonicalRows.Digest(sessions)} {CanonicalRows.FullDigest(sessions)}";
}
