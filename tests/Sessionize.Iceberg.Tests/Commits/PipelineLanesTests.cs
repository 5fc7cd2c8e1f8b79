using System.Text;
using FsCheck.Xunit;
using Sessionize.Iceberg.Commits;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits;

public sealed class PipelineLanesTests
{
    [Property(MaxTest = 2000)]
    public void Lanes_WrittenAndRead_AreTheSame((int Lane, string From, string Version, long Watermark, (string Name, int Count, long Next, long Replay)[] Positions)[] entries)
    {
        SinkCommit commit = new("p", Guid.NewGuid(), [.. entries.DistinctBy(entry => entry.Lane).Select(entry => new LaneCommit(
            new LaneId(entry.Lane),
            entry.From is null ? null : new StateVersion(Whole(entry.From)),
            new StateVersion(Whole(entry.Version)),
            [.. entry.Positions.Select(position => new PartitionPosition(Whole(position.Name), position.Count, position.Next, position.Replay))],
            entry.Watermark))]);
        PipelineLanes read = PipelineLanes.Read(PipelineLanes.None.With(commit).ToJson(), "the test");
        Assert.Equal(commit.Lanes.OrderBy(lane => lane.Lane), read.Lanes.Values.Select(lane => lane.Entry).OrderBy(lane => lane.Lane));
        Assert.All(read.Lanes.Values, lane => Assert.Equal(commit.Id, lane.Commit));
    }

    [Fact]
    public void Has_CommitThatTheLanesLastEntryStartsFrom_WasMade()
    {
        SinkCommit made = Commit(from: "a", to: "b");
        SinkCommit refused = Commit(from: "a", to: "c");
        PipelineLanes lanes = PipelineLanes.None.With(made).With(Commit(from: "b", to: "d"));

        Assert.True(lanes.Has(made));
        Assert.False(lanes.Has(refused));
        Assert.False(lanes.Has(Commit(from: "d", to: "e")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("""[{"lane":0,"commit":"x"}]""")]
    [InlineData("""[{"lane":0,"commit":"0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f70","version":null,"watermark":1,"positions":[]}]""")]
    [InlineData("""[{"lane":0,"commit":"0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f70","version":"v","watermark":1,"positions":[["p",1,2]]}]""")]
    public void Read_Damaged_NamesThePlace(string json) =>
        Assert.Contains("'the file'", Assert.Throws<SessionizeException>(() => PipelineLanes.Read(Encoding.UTF8.GetBytes(json), "'the file'")).Message, StringComparison.Ordinal);

    private static SinkCommit Commit(string from, string to) =>
        new("p", Guid.NewGuid(), [new LaneCommit(new LaneId(0), new StateVersion(from), new StateVersion(to), [], 0)]);

    /// <summary>Half a surrogate pair is no text that a name can have.</summary>
    private static string Whole(string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
}
