using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Records that are read by templates against the same ones that are parsed one by one.</summary>
public sealed class RecordReaderTests
{
    private static readonly EventFields s_retained = EventField.Of("geo") | EventField.Of("geo.city");
    private static readonly string[] s_ends = ["", "", "", "", "\n", "\r\n", "\r", " ", "\n\n", "\n{}"];

    [Fact]
    public void Add_RandomRecords_GivesWhatTheParserGives()
    {
        Random random = new(FuzzSettings.Seed);
        RandomRecords unlike = new(FuzzSettings.Seed);
        RecordComparison comparison = new(s_retained);
        for (int round = 0; round < FuzzSettings.Lines / 400; round++)
        {
            LineShape[] shapes = [.. Enumerable.Range(0, 3).Select(_ => new LineShape(random))];
            byte[] last = [];
            comparison.Compare(Enumerable.Range(0, 400).Select(_ => last = Next(random, shapes, unlike, last)));
        }

        Assert.True(comparison.Events > comparison.Bad / 4, $"{comparison.Events} events, {comparison.Bad} bad.");
        Assert.True(comparison.Bad > 100);
    }

    [Theory]
    [InlineData("{\"uuid\":\"u\",\"event_timestamp\":1714986000000,\n\"page_name\":\"p\"}")]
    [InlineData("{\"uuid\":\"u\",\"event_timestamp\":1714986000000}\n{\"uuid\":\"v\",\"event_timestamp\":1714986000000}")]
    [InlineData("{\"uuid\":\"u\",\"event_timestamp\":1714986000000}\n")]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData(" \t\r")]
    public void Add_RecordWithLineFeedsOrWithoutContent_GivesWhatTheParserGives(string record)
    {
        RecordComparison comparison = new(s_retained);
        byte[] like = "{\"uuid\":\"u\",\"event_timestamp\":1714986000000}"u8.ToArray();

        comparison.Compare([like, like, Encoding.UTF8.GetBytes(record), like]);

        Assert.InRange(comparison.Events, 3, 4);
    }

    [Fact]
    public void Add_RecordLongerThanADeadLetterKeeps_IsParsedWhole()
    {
        byte[] record = Encoding.UTF8.GetBytes($"{{\"uuid\":\"u\",\"event_timestamp\":1714986000000,\"more\":\"{new string('x', DeadLetter.MaxRawBytes)}\",\"page_name\":\"last\"}}");
        RecordComparison comparison = new(s_retained);

        comparison.Compare([record, record]);

        Assert.Equal(2, comparison.Events);
    }

    private static byte[] Next(Random random, LineShape[] shapes, RandomRecords unlike, byte[] last)
    {
        byte[] record = random.Next(10) == 0 ? unlike.Next() : shapes[random.Next(shapes.Length)].Line();
        record = random.Next(4) == 0 ? RecordDamage.Apply(record, last, random) : record;
        return [.. record, .. Encoding.UTF8.GetBytes(s_ends[random.Next(s_ends.Length)])];
    }
}
