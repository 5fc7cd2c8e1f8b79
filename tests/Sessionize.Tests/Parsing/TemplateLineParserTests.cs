using System.Globalization;
using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>What the fuzz may not come across: limits, memory, and which lines are matched at all.</summary>
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
            block.Append(Line(user: "u", page: new string('p', length - Line("u", "").Length))).Append(lineEnd);
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
            comparison.Compare(Line(user: "u" + text, page: text));
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

        comparison.Compare($"{Line("u", "")}\n{Line(user, "")}\n{Line(user + "y", "p")}\n{{\"uuid\":\"{user}\"}}\n{Line("u", user)}");

        Assert.Equal(4, comparison.Reasons[BadEventReason.None]);
        Assert.Equal(1, comparison.Reasons[BadEventReason.MissingTimestamp]);
        Assert.Equal(2, comparison.UnlikeOthers);
    }

    [Fact]
    public void Next_OfAFieldThatIsAnObjectNowAndThen_FindsWhatIsReadInIt()
    {
        LineComparison comparison = Comparison();

        foreach (string geo in (string[])["null", "\"text\"", "{\"city\":\"c\"}", "7", "{\"city\":\"d\",\"x\":1}", "[{\"city\":\"e\"}]", "{}", "{\"city\":\"f\"}"])
        {
            comparison.Compare($"{Line("u", "p")[..^1]},\"geo\":{geo}}}");
        }

        Assert.Equal(8, comparison.Reasons[BadEventReason.None]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(62)]
    [InlineData(63)]
    public void Next_OfArraysAndObjectsWithinObjects_CountsAllLevels(int objects)
    {
        // Objects are fixed bytes of a template, what is in the array or the last object is counted from there on.
        LineComparison comparison = Comparison();
        for (int levels = 60 - objects; levels <= 66 - objects; levels++)
        {
            foreach ((string open, string close) in new[] { ("[", "]"), ("{\"a\":", "}") })
            {
                string more = string.Concat(Enumerable.Repeat(open, Math.Max(0, levels))) + "7" + string.Concat(Enumerable.Repeat(close, Math.Max(0, levels)));
                string line = string.Concat(Enumerable.Repeat("{\"o\":", objects - 1)) + "{\"more\":" + more + "}" + new string('}', objects - 1);
                string whole = "{\"uuid\":\"u\",\"event_timestamp\":7," + line[1..];
                comparison.Compare(whole + "\n" + whole + "\n" + whole.Replace(":7}", ":null}", StringComparison.Ordinal));
            }
        }

        Assert.True(comparison.Reasons[BadEventReason.None] > 0);
        Assert.True(objects < 60 || comparison.Reasons[BadEventReason.MalformedJson] > 0);
    }

    [Fact]
    public void Next_OfFieldsThatAreTextHereAndSomethingElseThere_NeedsOneTemplate()
    {
        string[] values = ["\"text\"", "null", "7", "-7", "1.5", "true", "false", "[1,2]", "\"\\n\""];
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        Random random = new(1);
        for (int line = 0; line < 10_000; line++)
        {
            block.Append(CultureInfo.InvariantCulture, $$"""{"uuid":{{Pick()}},"event_timestamp":{{line}},"page_name":{{Pick()}},"geo":{"city":{{Pick()}}},"event_id":{{Pick()}},"more":{{Pick()}}}""").Append('\n');
        }

        comparison.Compare(block.ToString());

        Assert.InRange(comparison.UnlikeOthers, 1, 8);
        Assert.InRange(comparison.Reasons[BadEventReason.None], 3_000, 7_000);

        string Pick() => values[random.Next(values.Length)];
    }

    [Fact]
    public void Next_OfAFewLinesOfManyShapes_KeepsTheTemplateOfTheOthers()
    {
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        for (int line = 0; line < 50_000; line++)
        {
            // Now and then a crowd of lines that are like no other.
            string more = line % 50 == 0 || line % 5000 is >= 1000 and < 1100 ? $",\"key {line}\":1}}" : "}";
            block.Append(Line($"user {line % 7}", "p")[..^1]).Append(more).Append('\n');
        }

        comparison.Compare(block.ToString());

        Assert.Equal(50_000, comparison.Reasons[BadEventReason.None]);
        int others = Enumerable.Range(0, 50_000).Count(line => line % 50 == 0 || line % 5000 is >= 1000 and < 1100);
        Assert.InRange(comparison.UnlikeOthers, others, others + 60);
    }

    [Fact]
    public void Next_OfFieldsThatAreHereAndNotThere_LearnsEachShapeOnce()
    {
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        Random random = new(1);
        for (int line = 0; line < 20_000; line++)
        {
            string more = string.Concat(Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(i => $",\"field {i}\":\"{line}\""));
            block.Append(Line($"user {line % 7}", "p")[..^1]).Append(more).Append("}\n");
        }

        comparison.Compare(block.ToString());

        Assert.InRange(comparison.UnlikeOthers, 16, 20);
    }

    [Fact]
    public void Next_OfAnObjectOfAnyKeysInWhichNothingIsRead_TakesItAsAWhole()
    {
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        for (int line = 0; line < 20_000; line++)
        {
            string value = (line % 9) switch
            {
                0 => "null",
                1 => "{}",
                2 => "{\"a\":}",
                3 => "[{}]",
                _ => $"{{\"a{line}\":[1,{{\"b\":\"\\u00e9\"}}],\"uuid\":\"not this\"}}",
            };
            string city = line % 3 == 0 ? $"{{\"city\":\"c{line}\"}}" : "{}";
            block.Append(Line($"user {line % 7}", "p")[..^1]).Append(CultureInfo.InvariantCulture, $",\"geo\":{city},\"more\":{value}}}\n");
        }

        comparison.Compare(block.ToString());

        int malformed = Enumerable.Range(0, 20_000).Count(line => line % 9 == 2);
        Assert.Equal(malformed, comparison.Reasons[BadEventReason.MalformedJson]);
        Assert.InRange(comparison.UnlikeOthers, malformed, malformed + 20);
    }

    [Fact]
    public void Next_OfAnObjectOfAnyKeysInWhichSomethingIsRead_FindsIt()
    {
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        for (int line = 0; line < 5_000; line++)
        {
            string city = line % 4 == 0 ? "" : $",\"city\":\"c{line}\"";
            block.Append(Line($"user {line % 7}", "p")[..^1]).Append(CultureInfo.InvariantCulture, $",\"geo\":{{\"a{line % 50}\":1{city}}}}}\n");
        }

        comparison.Compare(block.ToString());

        Assert.Equal(5_000, comparison.Reasons[BadEventReason.None]);
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

    private static string Line(string user, string page) => $$"""{"uuid":"{{user}}","event_timestamp":1714986000000,"page_name":"{{page}}"}""";

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
