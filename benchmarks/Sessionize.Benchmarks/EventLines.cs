using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sessionize.Benchmarks;

/// <summary>Made-up lines of events, the same ones in every run.</summary>
internal static class EventLines
{
    /// <summary>What the lines are like; each name says in which way they are not all alike.</summary>
    public static readonly string[] Kinds =
    [
        "alike", "1 % of any order", "four orders", "no two alike", "escapes in each", "beyond ASCII in each", "null or text in five fields",
        "five fields or not", "an object of any keys", "only torn",
    ];

    /// <summary>Lines, each with its line feed.</summary>
    public static byte[] Make(string kind, int count)
    {
        Random random = new(17);
        StringBuilder lines = new();
        for (int line = 0; line < count; line++)
        {
            lines.Append(Line(kind, line, random)).Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static string Line(string kind, int number, Random random)
    {
        List<string> members =
        [
            $"\"event_id\":\"{random.NextInt64():x16}\"",
            $"\"page_name\":{Text(kind, $"page-{random.Next(50)}", random)}",
            $"\"event_timestamp\":\"{1_704_067_200_000 + (number * 86L)}\"",
            $"\"booking_details\":{Text(kind, "", random)}",
            $"\"uuid\":\"user-{random.Next(25_000):d6}\"",
            $"\"event_details\":{{\"event_name\":{Text(kind, "view", random)},\"event_type\":{Text(kind, "page-view", random)},\"event_value\":{Text(kind, "", random)}}}",
        ];
        switch (kind)
        {
            case "1 % of any order" when number % 100 == 7:
                random.Shuffle(CollectionsMarshal.AsSpan(members));
                break;
            case "four orders":
                int turn = random.Next(4);
                members = [.. members.Skip(turn), .. members.Take(turn)];
                break;
            case "no two alike":
                members.Add(string.Create(CultureInfo.InvariantCulture, $"\"field {number}\":{number}"));
                break;
            case "five fields or not":
                members.AddRange(Enumerable.Range(0, 5).Where(_ => random.Next(2) == 0).Select(field => $"\"field {field}\":{number}"));
                break;
            case "an object of any keys":
                members.Add($"\"properties\":{{{string.Join(",", Enumerable.Range(0, random.Next(5)).Select(_ => $"\"key {random.Next(30)}\":\"value\""))}}}");
                break;
        }

        string line = $"{{{string.Join(",", members)}}}";
        return kind == "only torn" ? line[..(line.Length / 2)] : line;
    }

    private static string Text(string kind, string text, Random random) => kind switch
    {
        "escapes in each" => $"\"{text}\\u00e9\\/\"",
        "beyond ASCII in each" => $"\"{text} déjà vu\"",
        "null or text in five fields" when random.Next(3) == 0 => "null",
        _ => $"\"{text}\"",
    };
}
