using System.IO.Compression;
using System.Text.Json;
using Sessionize.Tests.Cases;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Data;

/// <summary>Real clickstreams in batch: the digests that two independent programs gave.</summary>
public sealed class DataSetBatchTests
{
    public static TheoryData<string, string> SetsAndSettings()
    {
        TheoryData<string, string> rows = [];
        foreach (string name in DataSet.Names)
        {
            rows.Add(name, "30m/2h");
            rows.Add(name, "30m/2h restarting");
        }

        return rows;
    }

    [Fact]
    public void Settings_OfTheExpectedResults_AreAllTested() =>
        Assert.All(DataSet.Names, name => Assert.Equal(
            DataSet.Expected(name).Keys.Order(StringComparer.Ordinal),
            SetsAndSettings().Select(row => row.Data).Where(row => row.Item1 == name).Select(row => row.Item2).Order(StringComparer.Ordinal)));

    [Theory]
    [MemberData(nameof(SetsAndSettings))]
    public async Task Batch_OfTheDataSet_GivesTheExpectedDigests(string name, string settings)
    {
        using TemporaryFolder folder = new();
        string packed = DataSet.PathOf(name);
        string plain = folder.File("events.ndjson");
        using (GZipStream content = new(File.OpenRead(packed), CompressionMode.Decompress))
        using (FileStream file = File.Create(plain))
        {
            await content.CopyToAsync(file, TestContext.Current.CancellationToken);
        }

        foreach (string input in (string[])[packed, plain])
        {
            foreach (BatchOptions machine in (BatchOptions[])
                [new() { Threads = 1 }, new() { Threads = 2 }, new() { Threads = 4 }, new() { Threads = 2, MemoryBytes = 64 * 1024 * 1024, TempFolder = folder.Path }])
            {
                AssertExpected(DataSet.Expected(name)[settings], await FileRun.BatchAsync([input], Options(settings), machine));
            }
        }
    }

    private static void AssertExpected(JsonElement expected, FileRun run)
    {
        Assert.Equal(expected.GetProperty("events").GetInt64(), run.Events);
        Assert.Empty(run.BadEvents);
        Assert.Equal(expected.GetProperty("sessions").GetInt32(), run.Sessions.Count);
        Assert.Equal(expected.GetProperty("sha256").GetString(), CanonicalRows.Digest(run.Sessions));
        Assert.Equal(expected.GetProperty("sha256_full").GetString(), CanonicalRows.FullDigest(run.Sessions));
    }

    private static SessionizationOptions Options(string settings) =>
        new() { Alignment = settings.EndsWith("restarting", StringComparison.Ordinal) ? MaxDurationAlignment.Restarting : MaxDurationAlignment.Anchored };
}
