using System.Globalization;
using System.Text;

namespace Sessionize.Tests.Parsing;

/// <summary>A made-up shape of lines, from which lines with different values are made.</summary>
/// <remarks>Keys, nesting, white space and line end are the shape's; values differ from line to line, mostly within their kind.</remarks>
internal sealed class LineShape
{
    private static readonly string[] s_names =
    [
        "uuid", "event_timestamp", "page_name", "event_id", "geo", "city", "user", "id", "at", "UUID", "geo.city", "", "event_details", "event_name", "\\ud800", "é",
        "a name that is longer than the thirty-two bytes of a vector", "\\u0075uid", "pa\\u0067e_name", "ge\\u006f",
    ];

    private static readonly string[] s_pieces = ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u00E9", "\\u0000", "\\ud83d\\ude00", "é", "ß", "～", "😀", "\u2028", "\u007f"];
    private static readonly string[] s_halves = ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\uDBFF\\uDBFF"];
    private static readonly string[] s_others = ["null", "null", "true", "false", "-1", "-0", "0.5", "1e3", "12345678901234567890123456789012345", "\"\"", "7", "\"7\"", "[]", "[1,\"]\"]"];
    private static readonly int[] s_lengths = [0, 1, 2, 5, 8, 13, 15, 16, 17, 24, 30, 31, 32, 33, 36, 47, 63, 64, 65, 100];

    private readonly Random _random;
    private readonly List<(string Before, string Kind)> _parts = [];
    private readonly int _timeForm;
    private readonly string _gap;
    private readonly string _last;
    private string _fixed = "";

    public LineShape(Random random)
    {
        _random = random;
        _timeForm = random.Next(10);
        _gap = random.Next(3) switch { 0 => " ", 1 when random.Next(4) == 0 => "\t\r ", _ => "" };
        AddObject(1);
        _last = _fixed + Pick(["", "", "", " ", "\r", "\r\r", "\t"]);
    }

    /// <summary>Makes a line, without a line feed.</summary>
    public byte[] Line()
    {
        StringBuilder line = new();
        foreach ((string before, string kind) in _parts)
        {
            line.Append(before).Append(_random.Next(150) == 0 ? Value(Pick(["text", "digits", "other", "time"])) : Value(kind));
        }

        return Encoding.UTF8.GetBytes(line.Append(_last).ToString());
    }

    private void AddObject(int depth)
    {
        _fixed += "{" + _gap;
        List<string> names = depth == 1 ? ["uuid", "event_timestamp", "page_name", "event_id"] : [];
        names.RemoveAll(_ => _random.Next(12) == 0);
        names.AddRange(depth == 1 && _random.Next(2) == 0 ? ["geo", "user", "event_details"] : depth == 2 ? ["city", "id", "event_name"] : []);
        names.AddRange(Enumerable.Range(0, _random.Next(5)).Select(_ => Pick(s_names)));
        string[] order = [.. names];
        _random.Shuffle(order);
        for (int i = 0; i < order.Length; i++)
        {
            _fixed += $"{(i > 0 ? "," + _gap : "")}\"{order[i]}\"{(_random.Next(8) == 0 ? _gap : "")}:{_gap}";
            AddValue(order[i], depth + 1);
        }

        _fixed += _gap + "}";
    }

    private void AddValue(string name, int depth)
    {
        bool isTime = name is "event_timestamp" or "at";
        if (depth < 6 && _random.Next(name is "geo" or "user" or "event_details" ? 2 : 12) == 0)
        {
            AddObject(depth);
            return;
        }

        string kind = isTime ? "time" : _random.Next(8) switch { < 4 => "text", 4 => "digits", 5 => "nullable", 6 => _random.Next(3) == 0 ? "free-form" : "other", _ => "array" };
        _parts.Add((_fixed, name is "uuid" or "id" && kind is "other" or "array" or "free-form" ? "text" : kind));
        _fixed = "";
    }

    private string Value(string kind) => kind switch
    {
        "time" => Time(),
        "digits" => Digits(),
        "nullable" => _random.Next(3) == 0 ? "null" : Text(),
        "other" => _random.Next(30) == 0 ? "{}" : Pick(s_others),
        "free-form" => $"{{{string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => $"\"{Pick(s_names)}\":{Value(Pick(["text", "digits", "other"]))}"))}}}",
        "array" => $"[{_gap}{string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => Value(Pick(["text", "digits", "other"]))))}]",
        _ => Text(),
    };

    private string Time()
    {
        int form = _random.Next(20) == 0 ? _random.Next(10) : _timeForm;
        long time = 1_714_986_000_000 + _random.Next(100_000_000);
        string text = form switch
        {
            0 => $"{time / 1000}",
            1 => $"{time}{_random.Next(1000):d3}",
            2 => $"{time}{_random.Next(1_000_000):d6}",
            3 => DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture),
            4 when _random.Next(3) == 0 => Pick(["", "7258118399999", "7258118400000", "-1", "0", "9999999999999", "171498600000a", "1714986.00000", "1234567890123456789012"]),
            _ => $"{time}",
        };
        return _timeForm % 2 == 0 || text.Contains('T', StringComparison.Ordinal) ? $"\"{text}\"" : text == "" ? "null" : text;
    }

    private string Digits() => _random.Next(6) switch
    {
        0 => "0",
        1 => new string('9', _random.Next(1, 40)),
        _ => _random.Next().ToString(CultureInfo.InvariantCulture),
    };

    private string Text()
    {
        int length = Pick(s_lengths);
        StringBuilder text = new();
        int oddness = _random.Next(8);
        while (text.Length < length)
        {
            text.Append(oddness switch
            {
                0 when _random.Next(6) == 0 => Pick(s_pieces),
                1 when _random.Next(20) == 0 => Pick(s_halves),
                2 => Pick(["é", "😀", "～"]),
                _ => ((char)_random.Next('a', 'z' + 1)).ToString(),
            });
        }

        return $"\"{text}\"";
    }

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
