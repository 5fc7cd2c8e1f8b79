using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Semantics section 8, sentence by sentence, as far as it speaks of one line; times are in <see cref="TimestampReaderTests"/>.</summary>
public sealed class JsonEventParserTests
{
    private const string Good = """ "uuid":"u","event_timestamp":7 """;

    private static readonly RecordParsing s_parsing = new();

    [Fact]
    public void Parse_OfAllFields_TakesEachInItsPlace()
    {
        ParsedRecord parsed = s_parsing.Parse("""{"uuid":"u","event_timestamp":7,"page_name":"p","event_id":"e","geo":{"city":"c"},"more":[1,{"uuid":"x"}]}""");

        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", 7, "p", "e", Geo: "", City: "c"), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\0")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("[{@}]")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{@")]
    [InlineData("{@}}")]
    [InlineData("{@},")]
    [InlineData("{@}{@}")]
    [InlineData("{@} {@}")]
    [InlineData("{@}\0")]
    [InlineData("\0{@}")]
    [InlineData("\uFEFF{@}")]
    [InlineData("{@,}")]
    [InlineData("{,@}")]
    [InlineData("{@,,\"a\":1}")]
    [InlineData("{@ \"a\":1}")]
    [InlineData("{@,\"a\"}")]
    [InlineData("{@,\"a\":}")]
    [InlineData("{@,\"a\" 1}")]
    [InlineData("{@,a:1}")]
    [InlineData("{@,'a':1}")]
    [InlineData("{@,1:1}")]
    [InlineData("{@,null:1}")]
    [InlineData("{@}//comment")]
    [InlineData("{/**/@}")]
    [InlineData("{@}\u00A0")]
    [InlineData("{@}\f")]
    public void Parse_OfWhatIsNotOneObject_IsMalformed(string record) =>
        Assert.Equal(new ParsedRecord(BadEventReason.MalformedJson), s_parsing.Parse(record.Replace("@", Good, StringComparison.Ordinal)));

    public static TheoryData<string> WrongValues() =>
    [
        "NaN", "Infinity", "-Infinity", "undefined", "True", "nul", "nulll", "tru", "truee", "falsey", "None",
        "-", "+1", "01", "-01", "00", ".5", "1.", "1.e1", "1e", "1e+", "1E-", "0x10", "1_000", "1 2", "--1", "1.2.3", "1e1e1",
        "'text'", "\"open", "\"\\x\"", "\"\\\"", "\"\\u\"", "\"\\u12\"", "\"\\u123g\"", "\"\\u+123\"", "\"\\U0041\"", "\"tab\there\"", "\"nul\0\"", "\"line\nbreak\"", "\"\u001f\"",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{]", "{\"a\":[}", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"\\ug\":1}",
    ];

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void Parse_OfAWrongValueAnywhere_IsMalformed(string value)
    {
        foreach (string name in (string[])["nobody_reads_it", "uuid", "event_timestamp", "page_name", "geo", "p\\u0061ge_name"])
        {
            Assert.Equal(BadEventReason.MalformedJson, s_parsing.Parse($$"""{{{Good}},"{{name}}":{{value}}}""").Reason);
            Assert.Equal(BadEventReason.MalformedJson, s_parsing.Parse($$"""{"{{name}}":{{value}},{{Good}}}""").Reason);
            Assert.Equal(BadEventReason.MalformedJson, s_parsing.Parse($$$"""{"geo":{"{{{name}}}":{{{value}}}},{{{Good}}}}""").Reason);
            Assert.Equal(BadEventReason.MalformedJson, s_parsing.Parse($$"""{"{{name}}":[{{value}}],{{Good}}}""").Reason);
        }
    }

    public static TheoryData<string> RightValues() =>
    [
        "null", "true", "false", "0", "-0", "10", "-1", "0.5", "-0.0", "1e5", "1E+5", "1e-5", "0e0", "123456789012345678901234567890", "1e999999",
        "\"\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\\uFfFf\"", "\"\u007f\u0080\u2028\"", "\"\uFEFF\"", "[]", "[ ]", "{}", "{ }", "[[],{}]", "{\"\":{\"\":\"\"}}", " [ 1 , \"a\" , null ] ",
    ];

    [Theory]
    [MemberData(nameof(RightValues))]
    public void Parse_OfAnyValueThatNobodyReads_IgnoresIt(string value)
    {
        ParsedRecord expected = new(BadEventReason.None, "u", 7);

        Assert.Equal(expected, s_parsing.Parse($$"""{{{Good}},"other":{{value}}}"""));
        Assert.Equal(expected, s_parsing.Parse($$"""{"":{{value}},{{Good}}}"""));
        Assert.Equal(expected, s_parsing.Parse($$$"""{"geo":{"town":{{{value}}}},{{{Good}}}}"""));
    }

    [Theory]
    [InlineData(64, BadEventReason.None)]
    [InlineData(65, BadEventReason.MalformedJson)]
    [InlineData(100_000, BadEventReason.MalformedJson)]
    public void Parse_OfNestedValues_GoesSixtyFourLevelsDeep(int levels, BadEventReason expected)
    {
        // The record itself is the first level, and "geo" is one of which a member is read.
        string arrays = new string('[', levels - 1) + new string(']', levels - 1);
        string objects = string.Concat(Enumerable.Repeat("{\"geo\":", levels - 1)) + "1" + new string('}', levels - 1);
        string mixed = string.Concat(Enumerable.Range(1, levels - 1).Select(i => i % 2 == 0 ? "[" : "{\"a\":")) + "1"
            + string.Concat(Enumerable.Range(1, levels - 1).Reverse().Select(i => i % 2 == 0 ? "]" : "}"));
        foreach (string value in (string[])[arrays, objects, mixed])
        {
            Assert.Equal(expected, s_parsing.Parse($$"""{"other":{{value}},{{Good}}}""").Reason);
            Assert.Equal(expected, s_parsing.Parse($$"""{"geo":{{value}},{{Good}}}""").Reason);
            Assert.Equal(expected, s_parsing.Parse($$"""{"page_name":{{value}},{{Good}}}""").Reason);
        }
    }

    [Theory]
    [InlineData("C0AF")]
    [InlineData("E9")]
    [InlineData("80")]
    [InlineData("FF")]
    [InlineData("E282")]
    [InlineData("EDA0BD")]
    [InlineData("EDA0BDEDB880")]
    [InlineData("F4908080")]
    [InlineData("F0808080")]
    public void Parse_OfBytesThatAreNotUtf8_IsInvalidWhereverTheyAre(string hex)
    {
        string bytes = Encoding.Latin1.GetString(Convert.FromHexString(hex));
        foreach (string record in (string[])[$$"""{{{Good}},"other":"{{bytes}}"}""", $$"""{{{Good}},"{{bytes}}":1}""", $$"""{{{Good}}}{{bytes}}""", bytes, "{broken" + bytes])
        {
            Assert.Equal(new ParsedRecord(BadEventReason.InvalidUtf8), s_parsing.Parse(Encoding.Latin1.GetBytes(record)));
        }
    }
}
