using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Cases;

/// <summary>The shared cases that are files, each by its name, in batch and streaming; every column that the case states.</summary>
public sealed class SharedCaseTests
{
    /// <summary>The lines that are late with the default delay, since the file has one user's events behind another's.</summary>
    private static readonly Dictionary<string, long[]> s_lateLines = new()
    {
        ["01-two-limits.anchored"] = [9],
        ["01-two-limits.restarting"] = [9],
        ["03-over-midnight"] = [8, 9, 10, 11, 12, 13],
    };

    public static TheoryData<string> Names() =>
    [
        "01-two-limits.anchored",
        "01-two-limits.restarting",
        "02-same-instant",
        "03-over-midnight",
        "04-delivered-twice",
        "05-no-pages",
        "06-never-pausing",
        "07-anonymous",
        "08-far-future",
        "08-far-future.without",
        "09-two-on-a-line",
        "10-torn-write",
        "11-zero-bytes",
        "12-line-ends",
        "13-json-array",
        "14-repeated-fields",
        "15-broken-text",
        "16-time-forms",
        "17-units",
        "18-long-lines",
        "19-gzip-members",
        "23-partition-values",
    ];

    [Fact]
    public void Names_OfTheCases_LeaveOutNoneThatIsAFile()
    {
        string[] files = [.. Directory.EnumerateFiles(SharedFiles.Find("cases"), "*.expected.json").Select(file => Path.GetFileName(file)[..^".expected.json".Length])];

        // 20 and 22 stand below and in their own class; 21 is a topic.
        Assert.Equal(files.Except(["20-gzip-cut", "21-topic-messages", "22-late-or-open"]).Order(StringComparer.Ordinal), Names().Select(row => row.Data).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Batch_OfTheCase_GivesItsRowsAndBadEvents(string name)
    {
        SharedCase shared = SharedCase.Named(name);

        FileRun run = await FileRun.BatchAsync(shared.Inputs, shared.Options());

        AssertCounts(shared, run);
        CaseRows.AssertEqual(shared.Sessions, run.Sessions);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Streaming_OfTheCase_GivesItsRowsAndBadEvents(string name)
    {
        SharedCase shared = SharedCase.Named(name);

        // The cases say nothing about lateness: a long delay makes nothing late, and closes nothing before the end.
        FileRun run = await StreamAsync(shared, TimeSpan.FromDays(36_500));

        AssertCounts(shared, run);
        AssertStreamedRows(shared, run);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Streaming_WithTheDefaultDelay_GivesTheRowsOfTheCase(string name)
    {
        SharedCase shared = SharedCase.Named(name);

        FileRun run = await StreamAsync(shared, shared.Options().WatermarkDelay);

        if (s_lateLines.TryGetValue(name, out long[]? late))
        {
            Assert.Equal(late.Select(line => (line, DeadLetter.LateReason)), run.DeadLetters.Select(letter => (letter.Position, letter.Reason)));
            return;
        }

        AssertCounts(shared, run);
        AssertStreamedRows(shared, run);
    }

    [Theory]
    [InlineData("20-gzip-cut.body.ndjson.gz")]
    [InlineData("20-gzip-cut.trailer.ndjson.gz")]
    [InlineData("20-gzip-cut.second.ndjson.gz")]
    public async Task Batch_OfGzipCut_SaysWhichFileEndsTooEarlyAndLeavesNothing(string input)
    {
        using TemporaryFolder folder = new();
        string path = SharedFiles.Find("cases/" + input);
        SessionizationDefinition definition = new()
        {
            Source = context => new FileEventSource([path], context.Parser),
            Sink = _ => SessionFileSink.ToFile(folder.File("out.ndjson"), SessionFileFormat.Ndjson),
            DeadLetters = _ => new InMemoryDeadLetterSink(),
        };

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => new BatchSessionizer(definition).RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(input, failure.Message, StringComparison.Ordinal);
        Assert.Contains("too early", failure.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    private static async Task<FileRun> StreamAsync(SharedCase shared, TimeSpan delay)
    {
        SessionizationOptions options = shared.Options();
        options.Ids = SessionIds.StartTime;
        options.WatermarkDelay = delay;
        return await FileRun.StreamingAsync(shared.Inputs, options);
    }

    /// <summary>Streaming cannot count a user's visits, so ids are compared only where the case has such that need no counter.</summary>
    private static void AssertStreamedRows(SharedCase shared, FileRun run) => CaseRows.AssertEqual(
        shared.Sessions, CaseRows.Order(run.Sessions), shared.Options().Ids == SessionIds.StartTime ? [] : ["session_id"]);

    private static void AssertCounts(SharedCase shared, FileRun run)
    {
        Assert.Equal(shared.Events, run.Events);
        Assert.Equal(shared.BadEvents.OrderBy(bad => bad.Key, StringComparer.Ordinal), run.BadEvents);
        Assert.Equal(shared.Bad, run.DeadLetters.Select(letter => (letter.Position, letter.Reason)));
        Assert.All(run.DeadLetters, letter => Assert.Contains(shared.Inputs, input => letter.Source.EndsWith(Path.GetFileName(input), StringComparison.Ordinal)));
    }
}
