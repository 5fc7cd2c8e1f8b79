using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class ReplayRecordTests
{
    private const string Text = "1;9f86d081884c7d65;1b4f0e98;mc;119000-60d2;1700000000000,,1699999400000,1699999400000;w0:120431:1700003600000,a0:120432:7,f1:9:8";

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        ReplayRecord record = ReplayRecord.Read(Text)!;

        Assert.Equal((0x9f86d081884c7d65, 0x1b4f0e98u, new StateVersion("119000-60d2")), (record.Checksum, record.Settings, record.Older));
        Assert.True(record.Notes is { IsMixed: true, IsCut: true });
        Assert.Equal((1_700_000_000_000, long.MinValue), (record.Notes.Start!.HighestEventMs, record.Notes.Start.LeastFloorMs));
        Assert.Equal(
            [new(ReplayNoteKind.Watermark, 0, 120_431, 1_700_003_600_000), new(ReplayNoteKind.Arrival, 0, 120_432, 7), new(ReplayNoteKind.Future, 1, 9, 8)],
            record.Notes.Notes);
        Assert.Equal(Text, record.Write());
    }

    [Fact]
    public void Read_OfANewLane_KnowsNothing()
    {
        const string fresh = "1;0000000000000000;00000000;;;;";
        ReplayRecord record = ReplayRecord.Read(fresh)!;
        Assert.Equal((null, null, false), (record.Older, record.Notes.Start, record.Notes.IsCut));
        Assert.Empty(record.Notes.Notes);
        Assert.Equal(fresh, record.Write());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2;9f86d081884c7d65;1b4f0e98;;;;")]
    [InlineData("1;9f86d081884c7d65;1b4f0e98;;;")]
    [InlineData("1;nonsense;1b4f0e98;;;;")]
    [InlineData("1;9f86d081884c7d65;1b4f0e98;;;1;")]
    [InlineData("1;9f86d081884c7d65;1b4f0e98;;;;x0:1:2")]
    [InlineData("1;9f86d081884c7d65;1b4f0e98;;;;w0:1")]
    [InlineData("1;9f86d081884c7d65;1b4f0e98;;;;,")]
    public void Read_WhatIsNone_IsNull(string? text) => Assert.Null(ReplayRecord.Read(text));

    [Fact]
    public void Add_MoreThanAreKept_DropsTheOldestAndSaysSo()
    {
        ReplayNotes notes = new();
        for (int position = 0; position <= ReplayNotes.Most; position++)
        {
            Assert.False(notes.IsCut);
            notes.Add(new ReplayNote(ReplayNoteKind.Watermark, 0, position, position));
            notes.Add(new ReplayNote(ReplayNoteKind.Watermark, 0, position, position + 1));
        }

        Assert.True(notes.IsCut);
        Assert.Equal(Enumerable.Range(1, ReplayNotes.Most).Select(position => new ReplayNote(ReplayNoteKind.Watermark, 0, position, position + 1)), notes.Notes);
    }
}
