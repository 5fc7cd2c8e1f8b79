using System.Globalization;
using System.Text;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Sessionize.Parsing;
using Sessionize.Sources;
using Sessionize.Sources.Files;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

/// <summary>Lines of plain files as narrow events, in memory and in the file that cells are spilled to.</summary>
public sealed class NarrowRunTests : IDisposable
{
    private const long BaseMs = 1_704_067_200_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(long.MaxValue, 300)]
    [InlineData(0, 300)]
    [InlineData(long.MaxValue, 5)] // Cells of many chunks.
    public async Task Cut_LinesOfPlainFiles_GivesTheOraclesSessions(long cellBytes, int users)
    {
        SessionizationDefinition definition = new() { Options = { InactivityTimeout = TimeSpan.FromSeconds(30) } };
        PipelinePlan plan = new(definition, isStreaming: false);
        List<ClickstreamEvent> events = [];
        string[] inputs = [.. Enumerable.Range(0, 3).Select(file => _folder.Write($"{file}.ndjson", Lines(file, events, users)))];
        await using FileEventSource source = new(inputs, new JsonEventParser(definition.Options, plan.Rules.Retained));
        await source.OpenAsync(TestContext.Current.CancellationToken);
        using FileEventPlaces places = new(source.Files, source.Parser, plan.Rules);
        int spills = 0;
        using EventCells cells = new(cellBytes, () =>
        {
            spills++;
            return SpillFile.Create(_folder.Path);
        });
        Spreader spreader = new(plan, cells);

        Spread(source, places, spreader);
        using CellCutter cutter = new(plan, [spreader], new PageNames([spreader]), places, spreader.HighestEventMs);
        List<Session> sessions = [];
        cutter.Cut(new CellGroup(0, EventCells.Count, CutAsOne: true), new SessionBatch(), rows => sessions.AddRange(Enumerable.Range(0, rows.Count).Select(rows.ToSession)));

        Assert.Equal(cellBytes == 0 ? 1 : 0, spills);
        Assert.Equal(SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.Ordinal, 100, events.Max(e => e.TimestampMs)), sessions);
    }

    [Fact]
    public async Task Spread_MoreEventsOfKnownUsers_TakesTheirCellsAndNothingElse()
    {
        SessionizationDefinition definition = new();
        PipelinePlan plan = new(definition, isStreaming: false);
        List<ClickstreamEvent> events = [];
        string input = _folder.Write("events.ndjson", string.Concat(Enumerable.Range(0, 12).Select(_ => Lines(1, events))));
        await using FileEventSource source = new([input], new JsonEventParser(definition.Options, plan.Rules.Retained));
        await source.OpenAsync(TestContext.Current.CancellationToken);
        using FileEventPlaces places = new(source.Files, source.Parser, plan.Rules);
        using EventCells cells = new(long.MaxValue, () => throw new InvalidOperationException());
        Spreader spreader = new(plan, cells);
        LineBlock block = new();
        TemplateLineSpreader lines = new((JsonEventParser)source.Parser, source.MaxLineBytes, spreader);
        StretchLines met = new();
        LineInputs stretches = source.OpenLines(1, CancellationToken.None);
        LineStretch stretch = stretches.TakeNext()!;
        _ = stretches.Read(stretch, block).First();
        for (int i = 0; i < 3; i++)
        {
            lines.Spread(block, 0, 0, met);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        long cellsBefore = cells.MemoryBytes;
        long eventsBefore = spreader.Events;
        for (int i = 0; i < 100; i++)
        {
            lines.Spread(block, 0, 0, met);
        }

        double count = spreader.Events - eventsBefore;
        double managed = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        Assert.Empty(met.Bad);
        Assert.InRange(managed, 0, 0.1);
        Assert.InRange((cells.MemoryBytes - cellsBefore) / count, 15, 19);
    }

    private static void Spread(FileEventSource source, FileEventPlaces places, Spreader spreader)
    {
        LineInputs inputs = source.OpenLines(1, CancellationToken.None);
        TemplateLineSpreader lines = new((JsonEventParser)source.Parser, source.MaxLineBytes, spreader);
        LineBlock own = new();
        while (inputs.TakeNext() is { } stretch)
        {
            Assert.True(places.NarrowStart(stretch.Partition) >= 0);
            StretchLines met = new();
            foreach (LineBlock block in inputs.Read(stretch, own))
            {
                lines.Spread(block, stretch.Partition, places.NarrowStart(stretch.Partition), met);
            }

            Assert.Empty(met.Bad);
        }
    }

    /// <summary>Times in whole seconds: many ties, which the ids decide, and where there are none the places.</summary>
    private static string Lines(int seed, List<ClickstreamEvent> events, int users = 300)
    {
        Random random = new(seed);
        StringBuilder lines = new();
        for (int i = 0; i < 4000; i++)
        {
            ClickstreamEvent e = new(
                $"u{random.Next(users)}", BaseMs + (i / 4 * 1000), random.Next(5) == 0 ? null : $"p{random.Next(20)}", random.Next(3) == 0 ? null : $"id{random.Next(9999)}");
            events.Add(e);
            lines.Append(CultureInfo.InvariantCulture, $$"""{"uuid":"{{e.UserId}}","event_timestamp":{{e.TimestampMs}},"page_name":"{{e.PageName}}","event_id":"{{e.EventId}}"}""").Append('\n');
        }

        return lines.ToString();
    }
}
