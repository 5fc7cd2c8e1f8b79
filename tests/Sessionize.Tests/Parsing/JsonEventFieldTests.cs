using System.Globalization;
using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Which value a field of a well-formed line has (semantics section 8).</summary>
public sealed class JsonEventFieldTests
{
    private static readonly RecordParsing s_parsing = new();

    [Theory]
    [InlineData("""{"event_id":"e","page_name":"p","event_timestamp":7,"uuid":"u"}""")]
    [InlineData("""{"\u0075\u0075id":"u","event\u005Ftimestamp":7,"p\u0061ge_name":"\u0070","event_id":"\u0065"}""")]
    [InlineData(" \t\r\n{ \"uuid\" : \"u\" ,\r\n\t\"event_timestamp\":\n7\r,\"page_name\":\t\"p\", \"event_id\" :\"e\" } \r\n\t ")]
    [InlineData("""{"UUID":"x","Uuid":"x","uuid ":"x","uuid":"u","event_timestamp":7,"page_name":"p","event_id":"e","Event_id":"x"}""")]
    [InlineData("""{"uuid":null,"uuid":["x"],"uuid":"u","event_timestamp":"x","event_timestamp":7,"page_name":"x","page_name":"p","event_id":"x","event_\u0069d":"e"}""")]
    [InlineData("""{"inner":{"uuid":"x","event_timestamp":1},"uuid":"u","event_timestamp":7,"page_name":"p","event_id":"e","list":[{"uuid":"x"}]}""")]
    public void Parse_OfFreeForms_IsTheSame(string record) =>
        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7, "p", "e"), s_parsing.Parse(record));

    [Theory]
    [InlineData("\"uuid\":\"u\",\"uuid\":null", BadEventReason.MissingUserId)]
    [InlineData("\"uuid\":\"u\",\"uuid\":\"\"", BadEventReason.MissingUserId)]
    [InlineData("\"uuid\":\"u\",\"uu\\u0069d\":[]", BadEventReason.MissingUserId)]
    [InlineData("\"UUID\":\"u\"", BadEventReason.MissingUserId)]
    [InlineData("\"uuid\":\"u\",\"event_timestamp\":null", BadEventReason.MissingTimestamp)]
    [InlineData("\"uuid\":\"u\",\"event_timestamp\":\"soon\"", BadEventReason.BadTimestamp)]
    public void Parse_OfARepeatedField_LooksAtTheLastOnly(string members, BadEventReason expected) =>
        Assert.Equal(expected, s_parsing.Parse($$"""{"event_timestamp":7,{{members}}}""").Reason);

    [Theory]
    [InlineData("\" Ü-user \"", " Ü-user ")]
    [InlineData("\"USER\"", "USER")]
    [InlineData("\"e\u0301\"", "e\u0301")]
    [InlineData("\"null\"", "null")]
    [InlineData("\"a\\u0000b\"", "a\0b")]
    [InlineData("\"\\ud83d\\ude00\\uD83D\\uDE00😀\"", "😀😀😀")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t")]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("-12", "-12")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("\"\"", "")]
    [InlineData("null", "")]
    [InlineData("true", "")]
    [InlineData("false", "")]
    [InlineData("1.0", "")]
    [InlineData("1e3", "")]
    [InlineData("[\"x\"]", "")]
    [InlineData("[]", "")]
    [InlineData("{\"uuid\":\"x\"}", "")]
    [InlineData("{}", "")]
    public void Parse_OfATextField_TakesTextsAndIntegersAsTheyStand(string value, string expected)
    {
        ParsedRecord user = s_parsing.Parse($$"""{"uuid":{{value}},"event_timestamp":7}""");
        ParsedRecord others = s_parsing.Parse($$"""{"uuid":"u","event_timestamp":7,"page_name":{{value}},"event_id":{{value}},"geo":{{value}}}""");
        ParsedRecord nested = s_parsing.Parse($$$"""{"uuid":"u","event_timestamp":7,"geo":{"city":{{{value}}}}}""");

        Assert.Equal(expected.Length > 0 ? new ParsedRecord(BadEventReason.None, expected, 7) : new ParsedRecord(BadEventReason.MissingUserId), user);
        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7, expected, expected, Geo: expected), others);
        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7, City: expected), nested);
    }

    [Theory]
    [InlineData("""{"city":"a"}""", "a")]
    [InlineData("""{"c\u0069ty":"a"}""", "a")]
    [InlineData("""{"city":"x","city":"a"}""", "a")]
    [InlineData("""{"city":"x","city":null}""", "")]
    [InlineData("""{"city":"x"},"geo":{"town":"y"}""", "")]
    [InlineData("""{"city":"x"},"geo":{}""", "")]
    [InlineData("""{"city":"x"},"geo":null""", "")]
    [InlineData("""{"city":"x"},"geo":[]""", "")]
    [InlineData("""{"city":"x"},"geo":{"city":"a"}""", "a")]
    [InlineData("""{"city":"x"},"g\u0065o":{"city":"a"}""", "a")]
    [InlineData("""null,"geo":{"city":"a"}""", "a")]
    [InlineData("""[{"city":"x"}]""", "")]
    [InlineData("""{"city":["x"]}""", "")]
    [InlineData("""{"city":{"city":"x"}}""", "")]
    [InlineData("""{"deep":{"city":"x"}}""", "")]
    [InlineData("""{"City":"x"}""", "")]
    [InlineData("""{},"geo.city":"x" """, "")]
    [InlineData("""{},"other":{"geo":{"city":"x"}}""", "")]
    public void Parse_OfAPath_GoesIntoObjectsOnly(string geo, string expected) =>
        Assert.Equal(
            new ParsedRecord(BadEventReason.None, "u", 7, City: expected),
            s_parsing.Parse($$"""{"geo":{{geo}},"uuid":"u","event_timestamp":7}"""));

    [Fact]
    public void Parse_OfARepeatedObject_CountsTheLastOneWholeForWhatCannotBeMissing()
    {
        RecordParsing parsing = new(names: new EventFieldNames { UserId = "who.id", Timestamp = "when.at.ms", PageName = "who.page", EventId = "who" });

        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7, "p"), parsing.Parse("""{"when":{"at":{"ms":7}},"who":{"id":"u","page":"p"}}"""));
        Assert.Equal(new ParsedRecord(BadEventReason.None, "v", 7), parsing.Parse("""{"when":{"at":{"ms":7}},"who":{"id":"u","page":"p"},"who":{"id":"v"}}"""));
        Assert.Equal(BadEventReason.MissingUserId, parsing.Parse("""{"when":{"at":{"ms":7}},"who":{"id":"u"},"who":"x"}""").Reason);
        Assert.Equal(BadEventReason.MissingTimestamp, parsing.Parse("""{"when":{"at":{"ms":7}},"who":{"id":"u"},"when":{"at":7}}""").Reason);
        Assert.Equal(BadEventReason.MissingTimestamp, parsing.Parse("""{"when":{"at":{"ms":7},"at":{}},"who":{"id":"u"}}""").Reason);
    }

    [Fact]
    public void Parse_OfFieldsWithOnePath_GivesThemTheSameValue()
    {
        RecordParsing parsing = new(names: new EventFieldNames { UserId = "id", EventId = "id", PageName = "geo.city" });

        Assert.Equal(
            new ParsedRecord(BadEventReason.None, "u", 7, "c", "u", City: "c"),
            parsing.Parse("""{"id":"u","event_timestamp":7,"geo":{"city":"c"}}"""));
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00")]
    [InlineData("\\ud800x")]
    [InlineData("\\ud800\\n")]
    [InlineData("\\ud800\\u0041")]
    [InlineData("\\ud800\\ud800\\udc00")]
    [InlineData("\\udc00\\ud800")]
    [InlineData("\\ud83d\\ude00\\ud83d")]
    public void Parse_OfHalfASurrogatePair_IsBadOnlyWhereItIsRead(string text)
    {
        foreach (string name in (string[])["uuid", "event_timestamp", "page_name", "event_id", "geo"])
        {
            Assert.Equal(
                new ParsedRecord(BadEventReason.InvalidUtf8),
                s_parsing.Parse($$"""{"uuid":"u","event_timestamp":7,"{{name}}":"{{text}}"}"""));
        }

        Assert.Equal(BadEventReason.InvalidUtf8, s_parsing.Parse($$$"""{"event_timestamp":-1,"geo":{"city":"{{{text}}}"}}""").Reason);
        foreach (string harmless in (string[])[$"\"other\":\"{text}\"", $"\"{text}\":1", $"\"page_name\":[\"{text}\"]", $"\"geo\":{{\"{text}\":\"{text}\"}}", $"\"other\":{{\"uuid\":\"{text}\"}}", $"\"uuid\":\"{text}\""])
        {
            Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7), s_parsing.Parse($$"""{{{harmless}},"uuid":"u","event_timestamp":7}"""));
        }
    }

    [Theory]
    [InlineData("""{"uuid":"\ud800" """, BadEventReason.MalformedJson)]
    [InlineData("""{"uuid":"u","uuid":true,"event_timestamp":"\ud800"}""", BadEventReason.InvalidUtf8)]
    [InlineData("""{"uuid":"","event_timestamp":-1}""", BadEventReason.MissingUserId)]
    [InlineData("""{"event_timestamp":"soon"}""", BadEventReason.MissingUserId)]
    [InlineData("{}", BadEventReason.MissingUserId)]
    [InlineData("""{"uuid":"u"}""", BadEventReason.MissingTimestamp)]
    public void Parse_OfSeveralMistakes_GivesTheFirstReason(string record, BadEventReason expected) =>
        Assert.Equal(new ParsedRecord(expected), s_parsing.Parse(record));

    [Theory]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1024 * 1024)]
    public void Parse_OfLongEscapedTexts_ResolvesThem(int length)
    {
        string text = new string('x', length - 2) + "\\n";
        string escapedName = string.Concat("page_name".Select(c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));

        ParsedRecord parsed = s_parsing.Parse($$"""{"uuid":"{{text}}","{{text}}":1,"event_timestamp":7,"{{escapedName}}":"{{text}}"}""");

        string expected = new string('x', length - 2) + "\n";
        Assert.Equal(new ParsedRecord(BadEventReason.None, expected, 7, expected), parsed);
    }

    [Fact]
    public void Parse_OfManyFields_KeepsEachInItsSlot()
    {
        EventField[] fields = [.. Enumerable.Range(0, 100).Select(i => EventField.Of($"f.f{i}"))];
        EventFields retained = EventFields.Of(fields);
        EventBatch batch = new(retained);
        string record = $$$"""{"uuid":"u","event_timestamp":7,"f":{{{{string.Join(",", fields.Select((field, i) => $"\"{field.Path[2..]}\":{i}"))}}}}}""";

        batch.AddRecord(new RecordOrigin(1), Encoding.UTF8.GetBytes(record), new JsonEventParser(new SessionizationOptions(), retained));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i.ToString(CultureInfo.InvariantCulture)), Enumerable.Range(0, 100).Select(slot => Encoding.UTF8.GetString(batch.Field(0, slot))));
    }
}
