using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;
using Sessionize.Parquet.Tests.Columns;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Files;

public sealed class ParquetFileMetricsTests
{
    private const int ElementId = 20;

    [Property(MaxTest = 100)]
    public Property Metrics_HostileSessions_AreThoseOfTheSessions() => Prop.ForAll(
        HostileSessions.Arbitrary, Gen.Choose(1, 40).ToArbitrary(), (sessions, rows) =>
        {
            (byte[] file, ParquetFileMetrics metrics) = SessionFiles.Write(sessions.Chunk(rows));
            Assert.Equal(sessions.Length, metrics.RecordCount);
            Assert.Equal(file.Length, metrics.FileSizeInBytes);
            List<ChunkLayout> chunks = Layout.Chunks(file);
            Assert.Equal(chunks.Chunk(19).Select(group => group[0].DictionaryOffset ?? group[0].DataOffset), metrics.SplitOffsets);
            foreach (IGrouping<string, ChunkLayout> column in chunks.GroupBy(chunk => chunk.Path))
            {
                int id = column.Key.StartsWith("pages", StringComparison.Ordinal) ? ElementId : 1 + Array.IndexOf(Names, column.Key);
                CheckColumn(metrics, id, column, sessions);
            }
        });

    [Fact]
    public void Metrics_Texts_AreCutTo16CodePoints()
    {
        ParquetFileMetrics metrics = SessionFiles.Write([[StatisticsTests.Example with { UserId = new string('a', 17), EntryPage = string.Concat(Enumerable.Repeat("😀", 17)) }]]).Metrics;

        Assert.Equal(new string('a', 16), Text(metrics.LowerBounds[1]));
        Assert.Equal(new string('a', 15) + "b", Text(metrics.UpperBounds[1]));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 16)), Text(metrics.LowerBounds[10]));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 15)) + "😁", Text(metrics.UpperBounds[10]));
    }

    [Fact]
    public void Metrics_PrefixAndLongerTextInOtherRowGroups_AreBelowTheBound()
    {
        // Both have the same 64 bytes and 16 characters, and the first has no more.
        string prefix = string.Concat(Enumerable.Repeat("😀", 16));
        Session[][] groups = [[StatisticsTests.Example with { SessionId = prefix }], [StatisticsTests.Example with { SessionId = prefix + "!" }]];

        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 15)) + "😁", Text(SessionFiles.Write(groups).Metrics.UpperBounds[2]));
    }

    [Fact]
    public void Metrics_NoTextAbove_HaveNoUpperBound()
    {
        ParquetFileMetrics metrics = SessionFiles.Write([[StatisticsTests.Example with { UserId = string.Concat(Enumerable.Repeat("\U0010ffff", 17)) }]]).Metrics;

        Assert.False(metrics.UpperBounds.ContainsKey(1));
        Assert.True(metrics.LowerBounds.ContainsKey(1));
    }

    [Fact]
    public void Metrics_OnlyNulls_HaveCountsAndNoBounds()
    {
        ParquetFileMetrics metrics = SessionFiles.Write([[StatisticsTests.Example with { EntryPage = null }]]).Metrics;

        Assert.Equal((1, 1), (metrics.ValueCounts[10], metrics.NullValueCounts[10]));
        Assert.False(metrics.LowerBounds.ContainsKey(10));
    }

    [Fact]
    public void Metrics_ListsAndNumbers_HaveNoBoundsAndNoNans()
    {
        ParquetFileMetrics metrics = SessionFiles.Write([[StatisticsTests.Example with { PagesVisited = ["a", "b"] }, StatisticsTests.Example]]).Metrics;

        Assert.Equal((3, 1), (metrics.ValueCounts[ElementId], metrics.NullValueCounts[ElementId]));
        Assert.False(metrics.LowerBounds.ContainsKey(ElementId));
        Assert.Equal([new(7, 0)], metrics.NanValueCounts);
    }

    private static string[] Names { get; } = [.. SessionParquetSchema.AllColumns.Columns.Select(column => column.Name)];

    private static string Text(byte[] bound) => Encoding.UTF8.GetString(bound);

    private static void CheckColumn(ParquetFileMetrics metrics, int id, IGrouping<string, ChunkLayout> column, Session[] sessions)
    {
        Assert.Equal(column.Sum(chunk => chunk.CompressedSize), metrics.ColumnSizes[id]);
        Assert.Equal(sessions.Sum(session => Math.Max(1, ColumnValues.Of(session, column.Key).Length)), metrics.ValueCounts[id]);
        Assert.Equal(sessions.Count(session => ColumnValues.Of(session, column.Key).Length == 0), metrics.NullValueCounts[id]);
        int type = column.First().Type;
        byte[][] values = [.. sessions.SelectMany(session => ColumnValues.Of(session, column.Key))];
        Assert.Equal(values.Length > 0 && id != ElementId, metrics.LowerBounds.TryGetValue(id, out byte[]? lower));
        if (lower is not null)
        {
            Assert.All(values, value => Assert.True(ColumnValues.Compare(type, lower, value) <= 0));
        }

        if (metrics.UpperBounds.TryGetValue(id, out byte[]? upper))
        {
            Assert.All(values, value => Assert.True(ColumnValues.Compare(type, upper, value) >= 0));
            Assert.True(type != 6 || Text(upper).EnumerateRunes().Count() <= 16);
        }
    }

}
