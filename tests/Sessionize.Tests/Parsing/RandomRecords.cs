using System.Globalization;
using System.Text;

namespace Sessionize.Tests.Parsing;

/// <summary>Random lines: events of many shapes, whole and damaged. The same ones for the same seed.</summary>
internal sealed class RandomRecords(int seed)
{
    private static readonly string[] s_names = ["uuid", "event_timestamp", "page_name", "event_id", "geo", "city", "UUID", "geo.city", "other", "", "event_details", "\\ud800", "é"];
    private static readonly string[] s_texts =
    [
        "", "u", "user-001", "\\ud83d\\ude00", "\\ud800", "\\udc00", "\\ud800\\u0041", "\\ud800\\ud800\\udc00", "é", "😀", "\u2028", "\\u0000", "\\\"", "\\\\", "\\/", "\\b\\f\\n\\r\\t", "\\u00E9",
        "1714986000000", "0001714986000001", "-1", "7258118400000", "99999999999999999999", "2024-05-06T09:00:00Z", " 7", "7 ", "\\u0037", "\uff17", "\u007f",
    ];

    private static readonly string[] s_numbers =
    [
        "0", "-0", "1", "-1", "1714986000000", "7258118399999", "7258118400000", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "1.0", "0.5", "-0.0", "1e3", "1E+3", "1e-3", "0e0",
    ];

    private static readonly string[] s_wrong =
    [
        "01", "00", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "-01", "--1", "\"\\x\"", "\"\\u12\"", "\"\t\"",
    ];

    private static readonly string[] s_junk =
    [
        ",", ":", "{", "}", "[", "]", "\"", "\\", "\\u", "null", "true", "false", "tru", " ", "\t", "\r", "\0", "\u00a0", "\uFEFF", "//", "/**/", "'", "0", "-", "e", ".", "\"uuid\":", "\"geo\":{", "x",
    ];

    private readonly Random _random = new(seed);
    private byte[] _last = [];

    public byte[] Next()
    {
        byte[] record = Encoding.UTF8.GetBytes(_random.Next(24) == 0 ? Odd() : Event());
        for (int damages = _random.Next(3) == 0 ? _random.Next(1, 4) : 0; damages > 0; damages--)
        {
            record = Damage(record);
        }

        return _last = record;
    }

    /// <summary>Mostly what an event looks like, so that values are compared and not only refusals.</summary>
    private string Event()
    {
        List<string> members = [];
        if (_random.Next(16) > 0)
        {
            members.Add($"{Name("uuid")}:{(_random.Next(4) == 0 ? Value(2) : "\"user-" + _random.Next(9).ToString(CultureInfo.InvariantCulture) + "\"")}");
        }

        if (_random.Next(16) > 0)
        {
            members.Add($"{Name("event_timestamp")}:{(_random.Next(4) == 0 ? Value(2) : (1_714_986_000_000 + _random.Next(1_000_000)).ToString(CultureInfo.InvariantCulture))}");
        }

        for (int more = _random.Next(6); more > 0; more--)
        {
            members.Add($"{Name(Pick(s_names))}:{Value(2)}");
        }

        if (_random.Next(8) > 0)
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        }

        return $"{Space()}{{{Space()}{string.Join(Space() + "," + Space(), members)}{Space()}}}{Space()}";
    }

    private string Odd() => _random.Next(4) switch
    {
        0 => Pick(["", " ", "\t \r", "null", "7", "\"uuid\"", "[]", "{}", "[{}]", "{}{}", "{} {}", "{},{}", "\0", "\uFEFF{}"]),
        1 => Value(1),
        2 => $$"""{"uuid":"u","event_timestamp":7,{{Name(Pick(s_names))}}:{{Deep(_random.Next(61, 66))}}}""",
        _ => string.Concat(Enumerable.Range(0, _random.Next(12)).Select(_ => Pick(s_junk))),
    };

    private string Value(int depth) => _random.Next(depth < 5 ? 10 : 6) switch
    {
        < 3 => Text(),
        < 5 => _random.Next(16) == 0 ? Pick(s_wrong) : Pick(s_numbers),
        5 => Pick(["null", "true", "false", "null"]),
        6 => $"[{Space()}{string.Join(",", Enumerable.Range(0, _random.Next(3)).Select(_ => Value(depth + 1)))}]",
        7 => Deep(_random.Next(5)),
        _ => $"{{{string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => $"{Name(Pick(s_names))}{Space()}:{Space()}{Value(depth + 1)}"))}{Space()}}}",
    };

    private string Text() => $"\"{string.Concat(Enumerable.Range(0, _random.Next(3)).Select(_ => Pick(s_texts)))}\"";

    /// <summary>A name, now and then with some of its letters escaped.</summary>
    private string Name(string name) => _random.Next(6) > 0 || name.Contains('\\')
        ? $"\"{name}\""
        : $"\"{string.Concat(name.Select(c => _random.Next(3) == 0 ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()))}\"";

    private string Deep(int levels)
    {
        string open = "", close = "";
        for (int i = 0; i < levels; i++)
        {
            (string left, string right) = _random.Next(3) switch { 0 => ("[", "]"), 1 => ("{\"a\":", "}"), _ => ("{\"geo\":", "}") };
            (open, close) = (open + left, right + close);
        }

        return open + Pick(["1", "\"x\"", "null", "[]", "{}"]) + close;
    }

    private string Space() => _random.Next(8) == 0 ? Pick([" ", "\t", "\r", "\n", "  ", "\r\n \t"]) : "";

    /// <summary>Junk that means something to a parser, or what happens to any bytes.</summary>
    private byte[] Damage(byte[] record)
    {
        int at = _random.Next(record.Length + 1);
        return _random.Next(8) == 0
            ? [.. record[..at], .. Encoding.UTF8.GetBytes(Pick(s_junk)), .. record[at..]]
            : RecordDamage.Apply(record, _last, _random);
    }

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
