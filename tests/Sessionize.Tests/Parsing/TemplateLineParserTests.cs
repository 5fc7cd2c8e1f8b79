using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>What the fuzz may not come across: limits and memory.</summary>
public sealed unsafe class TemplateLineParserTests
{
    private static readonly EventFields s_geo = EventField.Of("geo") | EventField.Of("geo.city");

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Next_OfLinesAtTheLimit_CountsThemWithoutTheirEnd(string lineEnd)
    {
        LineComparison comparison = Comparison(new SessionizationOptions { MaxLineBytes = 100 });
        StringBuilder block = new();
        for (int length = 60; length <= 110; length++)
        {
            block.Append(SampleLine.Of(user: "u", page: new string('p', length - SampleLine.Of("u", "").Length))).Append(lineEnd);
        }

        comparison.Compare(block.ToString());

        Assert.Equal(41, comparison.Reasons[BadEventReason.None]);
        Assert.Equal(10, comparison.Reasons[BadEventReason.LineTooLong]);
        Assert.Equal(1, comparison.UnlikeOthers);
    }

    [Fact]
    public void Next_OfLinesThatAreLikeNoOther_CountsThemWithoutTheirEnd()
    {
        LineComparison comparison = Comparison(new SessionizationOptions { MaxLineBytes = 10 });

        comparison.Compare("0123456789\n0123456789\r\n0123456789\r\r\n01234567890\n01234567890\r\n          \r\r\r\r\n\t\n\n\r\n");

        Assert.Equal(2, comparison.Reasons[BadEventReason.MalformedJson]);
        Assert.Equal(3, comparison.Reasons[BadEventReason.LineTooLong]);
        Assert.Equal(4, comparison.Blank);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("\\\"")]
    [InlineData("\\u00e9")]
    public void Next_OfTextsOfEveryLength_TakesThemToTheirEnd(string letter)
    {
        LineComparison comparison = Comparison();
        for (int length = 0; length <= 140; length++)
        {
            // A block each: so each text is the last thing before the bytes that may not be read.
            string text = string.Concat(Enumerable.Repeat(letter, length));
            comparison.Compare(SampleLine.Of(user: "u" + text, page: text));
        }

        Assert.Equal(141, comparison.Reasons[BadEventReason.None]);
        Assert.Equal(1, comparison.UnlikeOthers);
    }

    [Theory]
    [InlineData("\"uuid\":\"u\",\"event_timestamp\":@")]
    [InlineData("\"event_timestamp\":7,\"uuid\":@")]
    [InlineData("\"event_timestamp\":7,\"uuid\":\"@\"")]
    [InlineData("\"event_timestamp\":7,\"uuid\":\"u\",\"more\":@")]
    [InlineData("\"event_timestamp\":7,\"uuid\":\"u\",\"more\":[@]")]
    public void Next_OfALineThatIsCutAnywhere_StaysInTheBlock(string members)
    {
        LineComparison comparison = Comparison();
        string[] values = ["1", "\"1\"", "null", "false", "1714986000000", "\"\\u00e9é\"", "[1,[2,\"]\"]]", "-1.5e-7", "12345678901234567890123456789012345678901234567890"];
        foreach (string value in values)
        {
            byte[] line = Encoding.UTF8.GetBytes("{" + members.Replace("@", value, StringComparison.Ordinal) + "}");
            comparison.Compare(line);
            for (int length = 1; length < line.Length; length++)
            {
                comparison.Compare(line.AsSpan(0, length));
            }
        }

        Assert.True(comparison.UnlikeOthers < comparison.Lines);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\\u0078")]
    public void Next_OfAUserIdOfAMegabyte_TakesIt(string letter)
    {
        LineComparison comparison = Comparison(new SessionizationOptions { MaxLineBytes = 16 << 20 });
        string user = string.Concat(Enumerable.Repeat(letter, 1 << 20));

        comparison.Compare($"{SampleLine.Of("u", "")}\n{SampleLine.Of(user, "")}\n{SampleLine.Of(user + "y", "p")}\n{{\"uuid\":\"{user}\"}}\n{SampleLine.Of("u", user)}");

        Assert.Equal(4, comparison.Reasons[BadEventReason.None]);
        Assert.Equal(1, comparison.Reasons[BadEventReason.MissingTimestamp]);
        Assert.Equal(2, comparison.UnlikeOthers);
    }

    [Fact]
    public void Next_OfKnownShapes_AllocatesNothing()
    {
        string lines = string.Concat(Enumerable.Range(0, 5_000).Select(i =>
            $$"""{"uuid":"user {{i}}","event_timestamp":"{{1_714_986_000_000 + i}}","geo":{"city":"{{(i % 3 == 0 ? "K\\u00f6ln" : "Zürich")}}"},"page_name":{{(i % 2 == 0 ? "null" : "\"p\"")}}}""" + "\n"
            + (i % 5 == 0 ? "not an event\n" : i % 5 == 1 ? "\n" : "")));
        using GuardedMemory block = Block(lines);
        TemplateLineParser parser = Parser();
        ReadAll(parser, block);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int events = ReadAll(parser, block);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(5_000, events);
        Assert.Equal(0, after - before);
    }

    [Fact]
    public void Next_OfBadLinesOnly_KeepsNoMemoryOfThem()
    {
        // Each has a text whose escapes were resolved before the line turned out to be bad.
        string lines = string.Concat(Enumerable.Range(0, 20_000).Select(i => $$"""{"uuid":"{{new string('x', 400)}}\u0041","page_name":"\u0041"}""" + "\n"));
        using GuardedMemory block = Block(lines);
        TemplateLineParser parser = Parser();

        long before = GC.GetAllocatedBytesForCurrentThread();
        int events = ReadAll(parser, block);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, events);
        Assert.InRange(after - before, 0, 200_000);
    }

    private static LineComparison Comparison(SessionizationOptions? options = null) => new(options ?? new SessionizationOptions(), s_geo);

    private static TemplateLineParser Parser() => new(new JsonEventParser(new SessionizationOptions(), s_geo), 1 << 20);

    private static GuardedMemory Block(string lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(lines);
        GuardedMemory block = new(bytes.Length + TemplateLineParser.SlackBytes);
        bytes.CopyTo(new Span<byte>(block.Start, bytes.Length));
        return block;
    }

    private static int ReadAll(TemplateLineParser parser, GuardedMemory block)
    {
        byte* end = block.Start + block.Length - TemplateLineParser.SlackBytes;
        ParsedEvent parsed = default;
        int events = 0;
        for (byte* line = block.Start; line < end;)
        {
            if (parser.Next(line, end, out line, ref parsed, out _) == LineKind.Event && (++events & 63) == 0)
            {
                parser.ResetScratch();
            }
        }

        return events;
    }
}
