using System.Globalization;
using System.Text;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Which lines are taken by a template at all, and which shapes it takes to do so.</summary>
public sealed class TemplateShapeTests
{
    [Fact]
    public void Next_OfAFieldThatIsAnObjectNowAndThen_FindsWhatIsReadInIt()
    {
        LineComparison comparison = Comparison();

        foreach (string geo in (string[])["null", "\"text\"", "{\"city\":\"c\"}", "7", "{\"city\":\"d\",\"x\":1}", "[{\"city\":\"e\"}]", "{}", "{\"city\":\"f\"}"])
        {
            comparison.Compare($"{SampleLine.Of("u", "p")[..^1]},\"geo\":{geo}}}");
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
            block.Append(SampleLine.Of($"user {line % 7}", "p")[..^1]).Append(more).Append('\n');
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
            block.Append(SampleLine.Of($"user {line % 7}", "p")[..^1]).Append(more).Append("}\n");
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
            block.Append(SampleLine.Of($"user {line % 7}", "p")[..^1]).Append(CultureInfo.InvariantCulture, $",\"geo\":{city},\"more\":{value}}}\n");
        }

        comparison.Compare(block.ToString());

        int malformed = Enumerable.Range(0, 20_000).Count(line => line % 9 == 2);
        Assert.Equal(malformed, comparison.Reasons[BadEventReason.MalformedJson]);
        Assert.InRange(comparison.UnlikeOthers, malformed, malformed + 20);
    }

    [Fact]
    public void Next_OfAnObjectThatBeginsLikeTheOthersAndGoesOnDifferently_TakesItAsAWhole()
    {
        // The template that fits as a whole has to take the object from its start, where a closer one has gone on for a while.
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        for (int line = 0; line < 20_000; line++)
        {
            block.Append(SampleLine.Of($"user {line % 7}", "p")[..^1]).Append(CultureInfo.InvariantCulture, $",\"more\":{{\"a\":\"b\",\"c\":\"d\",\"e{line}\":1}}}}\n");
        }

        comparison.Compare(block.ToString());

        Assert.InRange(comparison.UnlikeOthers, 5, 10);
    }

    [Fact]
    public void Next_OfAnObjectOfAnyKeysInWhichSomethingIsRead_FindsIt()
    {
        LineComparison comparison = Comparison();
        StringBuilder block = new();
        for (int line = 0; line < 5_000; line++)
        {
            string city = line % 4 == 0 ? "" : $",\"city\":\"c{line}\"";
            block.Append(SampleLine.Of($"user {line % 7}", "p")[..^1]).Append(CultureInfo.InvariantCulture, $",\"geo\":{{\"a{line % 50}\":1{city}}}}}\n");
        }

        comparison.Compare(block.ToString());

        Assert.Equal(5_000, comparison.Reasons[BadEventReason.None]);
    }

    private static LineComparison Comparison() => new(new SessionizationOptions(), EventField.Of("geo") | EventField.Of("geo.city"));
}
