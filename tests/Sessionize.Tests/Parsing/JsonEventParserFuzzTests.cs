using System.Diagnostics;
using System.Text;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>The parser against the class library's JSON reader, over random lines that are whole or damaged.</summary>
public sealed class JsonEventParserFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Parse_OfTwentyThousandRandomLines_AgreesWithTheReference()
    {
        Dictionary<BadEventReason, int> seen = Fuzz(seed: 1, lines: 20_000, until: null);

        // Events and refusals of every kind that a line can give: else the lines would not be worth much.
        Assert.All(
            (BadEventReason[])[BadEventReason.None, BadEventReason.InvalidUtf8, BadEventReason.MalformedJson, BadEventReason.MissingUserId, BadEventReason.MissingTimestamp, BadEventReason.BadTimestamp, BadEventReason.TimestampOutOfRange],
            reason => Assert.True(seen.GetValueOrDefault(reason) >= 100, $"{reason}: {seen.GetValueOrDefault(reason)}"));
    }

    [Fact]
    public void Parse_OfRandomLinesForSomeTime_AgreesWithTheReference()
    {
        output.WriteLine(FuzzSettings.Shown);
        Stopwatch watch = Stopwatch.StartNew();

        Dictionary<BadEventReason, int> seen = Fuzz(FuzzSettings.Seed, int.MaxValue, () => watch.Elapsed.TotalSeconds >= FuzzSettings.Seconds);

        int lines = seen.Values.Sum();
        output.WriteLine($"{lines} lines: {string.Join(", ", seen.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(lines > 0);
    }

    private static Dictionary<BadEventReason, int> Fuzz(int seed, int lines, Func<bool>? until)
    {
        RandomRecords records = new(seed);
        RecordParsing parsing = new();
        Dictionary<BadEventReason, int> seen = [];
        for (int line = 0; line < lines && (line % 256 != 0 || until?.Invoke() != true); line++)
        {
            byte[] record = records.Next();
            ParsedRecord expected = ReferenceReader.Read(record);
            ParsedRecord parsed = parsing.Parse(record);
            Assert.True(
                expected == parsed,
                $"Seed {seed}, line {line}: {Encoding.UTF8.GetString(record)}\n({Convert.ToHexString(record)})\nreference {expected}\nparser    {parsed}");
            seen[parsed.Reason] = seen.GetValueOrDefault(parsed.Reason) + 1;
        }

        return seen;
    }
}
