using System.Globalization;
using System.Text.Json;
using Sessionize.Tests.Support;

namespace Sessionize.Tests.Cases;

/// <summary>One of the shared cases from the field: its inputs, its settings, and what has to come out.</summary>
internal sealed class SharedCase
{
    private readonly JsonElement _expected;

    private SharedCase(JsonElement expected) => _expected = expected;

    public string[] Inputs => [.. _expected.GetProperty("input").EnumerateArray().Select(input => SharedFiles.Find("cases/" + input.GetString()))];

    public long Events => _expected.GetProperty("events").GetInt64();

    /// <summary>The bad events, by line.</summary>
    public (long Line, string Reason)[] Bad =>
        [.. _expected.GetProperty("bad").EnumerateArray().Select(bad => (bad.GetProperty("line").GetInt64(), bad.GetProperty("reason").GetString()!))];

    /// <summary>The number of bad events by reason.</summary>
    public Dictionary<string, long> BadEvents =>
        _expected.GetProperty("bad_events").EnumerateObject().ToDictionary(reason => reason.Name, reason => reason.Value.GetInt64());

    /// <summary>The sessions as rows, by user and start.</summary>
    public JsonElement[] Sessions => [.. _expected.GetProperty("sessions").EnumerateArray()];

    /// <summary>For each step whether its event is late, the watermark after it, and the sessions that it closed.</summary>
    public (bool IsLate, long Watermark, string Closes)[] Trace =>
    [
        .. _expected.GetProperty("trace").EnumerateArray().Select(step => (
            step.GetProperty("outcome").GetString() == "late",
            step.GetProperty("watermark_after").GetInt64(),
            string.Join(" ", step.GetProperty("closes").EnumerateArray().Select(id => id.GetString())))),
    ];

    /// <summary>The ids of the late events, in their order.</summary>
    public string[] Late => [.. _expected.GetProperty("late").EnumerateArray().Select(id => id.GetString()!)];

    public static SharedCase Named(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find($"cases/{name}.expected.json")));
        return new SharedCase(document.RootElement.Clone());
    }

    public SessionizationOptions Options()
    {
        SessionizationOptions options = new();
        foreach (JsonProperty option in _expected.GetProperty("options").EnumerateObject())
        {
            string value = option.Value.GetString()!;
            switch (option.Name)
            {
                case "inactivity_timeout":
                    options.InactivityTimeout = Duration(value);
                    break;
                case "max_session_duration":
                    options.MaxSessionDuration = Duration(value);
                    break;
                case "watermark_delay":
                    options.WatermarkDelay = Duration(value);
                    break;
                case "alignment":
                    options.Alignment = Enum.Parse<MaxDurationAlignment>(value, ignoreCase: true);
                    break;
                case "boundary":
                    options.Boundary = Enum.Parse<GapBoundary>(value, ignoreCase: true);
                    break;
                case "late_events":
                    options.LateEvents = Enum.Parse<LateEventPolicy>(value, ignoreCase: true);
                    break;
                case "ids":
                    options.Ids = value == "start-time" ? SessionIds.StartTime : Enum.Parse<SessionIds>(value, ignoreCase: true);
                    break;
                default:
                    throw new InvalidDataException($"The case has the option '{option.Name}', which this test does not know.");
            }
        }

        return options;
    }

    private static TimeSpan Duration(string text)
    {
        int number = int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new InvalidDataException($"'{text}' is no duration that this test knows."),
        };
    }
}
