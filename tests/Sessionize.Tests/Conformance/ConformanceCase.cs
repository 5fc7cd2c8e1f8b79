using System.Text.Json;
using Sessionize.Rules;
using Sessionize.Tests.Support;

namespace Sessionize.Tests.Conformance;

/// <summary>A case from another engine's tests: its steps, and the sessions and late events that it states.</summary>
public sealed class ConformanceCase
{
    /// <summary>Keeps times that are negative in the cases in range; nothing depends on the epoch.</summary>
    private const long ShiftMs = 1_000_000_000;

    private readonly JsonElement _case;

    private ConformanceCase(JsonElement found) => _case = found;

    public string Profile => _case.GetProperty("profile").GetString()!;

    public string Policy => _case.TryGetProperty("max_duration_policy", out JsonElement policy) ? policy.GetString()! : "";

    public long LatenessMs => _case.GetProperty("grace_or_lateness_ms").GetInt64();

    private bool HasConditions => _case.TryGetProperty("start_condition", out _);

    public IEnumerable<JsonElement> Steps => _case.GetProperty("steps").EnumerateArray();

    public static IEnumerable<string> Names()
    {
        using JsonDocument document = Open();
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(found => found.GetProperty("name").GetString()!)];
    }

    public static ConformanceCase Named(string name)
    {
        using JsonDocument document = Open();
        return new(document.RootElement.GetProperty("cases").EnumerateArray()
            .First(found => found.GetProperty("name").GetString() == name).Clone());
    }

    public static string Op(JsonElement step) => step.GetProperty("op").GetString()!;

    public static long TimeOf(JsonElement step) => step.GetProperty("ts").GetInt64() + ShiftMs;

    public static ClickstreamEvent EventOf(JsonElement step) => new(step.GetProperty("key").GetString(), TimeOf(step))
    {
        EventId = step.TryGetProperty("id", out JsonElement id) ? id.GetRawText() : null,
        PageName = step.TryGetProperty("str", out JsonElement text) ? text.GetString() : null,
        Fields = step.TryGetProperty("gap_ms", out JsonElement gap)
            ? new Dictionary<string, string?> { ["gap_ms"] = gap.GetRawText() }
            : new Dictionary<string, string?>(),
    };

    /// <summary>Closed and open sessions of the case, as <c>key start..last xcount</c>, in order.</summary>
    public string[] ExpectedSessions() =>
    [
        .. Listed("sessions").Concat(Listed("still_open"))
            .Select(s => $"{s.GetProperty("key").GetString()} {s.GetProperty("start_ts").GetInt64()}..{s.GetProperty("last_event_ts").GetInt64()} x{s.GetProperty("count").GetInt64()}")
            .Order(StringComparer.Ordinal),
    ];

    public string[] ExpectedLate() =>
        [.. Listed("late").Select(e => $"{e.GetProperty("key").GetString()} {e.GetProperty("ts").GetInt64()}")];

    /// <summary>The events without those that the case says are late; of equal ones the last.</summary>
    public IEnumerable<ClickstreamEvent> EventsInTime()
    {
        List<string> late = [.. ExpectedLate()];
        return [.. Steps.Where(step => Op(step) == "event").Select(EventOf).Reverse().Where(e => !late.Remove(DescribeLate(e))).Reverse()];
    }

    /// <summary>Sessions as in <see cref="ExpectedSessions"/>; of the users that the case says something of.</summary>
    public string[] Describe(IEnumerable<Session> sessions) =>
    [
        .. sessions.Where(s => !Unasserted.Contains(s.UserId)).Select(s => $"{s.UserId} {s.StartMs - ShiftMs}..{s.EndMs - ShiftMs} x{s.EventCount}").Order(StringComparer.Ordinal),
    ];

    public static string DescribeLate(ClickstreamEvent e) => $"{e.UserId} {e.TimestampMs - ShiftMs}";

    public SessionizationDefinition Definition()
    {
        SessionizationDefinition definition = new();
        SessionizationOptions options = definition.Options;
        options.LateEvents = LateEventPolicy.Drop;
        options.Boundary = Profile is "beam" or "risingwave" or "arroyo" or "trill" or "proton" or "matomo"
            ? GapBoundary.Exclusive : GapBoundary.Inclusive;

        // Where the gap is each event's own, the inactivity rule is there for streaming only, and too long to have a say.
        options.InactivityTimeout = Milliseconds("gap_ms") ?? TimeSpan.FromDays(1000);
        if (Milliseconds("gap_ms") is null)
        {
            definition.Rules.Add(new GapOfTheEvent());
        }

        options.MaxSessionDuration = Milliseconds("max_duration_ms");
        options.Alignment = Policy.StartsWith("start-anchored", StringComparison.Ordinal) ? MaxDurationAlignment.Restarting : MaxDurationAlignment.Anchored;
        if (_case.TryGetProperty("end_condition", out _) && !HasConditions)
        {
            options.EndOnPages = ["stop"];
        }

        // A stream-time engine's watermark follows the events; the others' comes in steps only.
        options.WatermarkDelay = Profile is "kafka-streams" or "spark" ? TimeSpan.FromMilliseconds(LatenessMs) : RuleLimits.Longest;
        return definition;
    }

    private string[] Unasserted => _case.TryGetProperty("unasserted", out JsonElement users)
        ? [.. users.EnumerateArray().Select(user => user.GetString()!)] : [];

    private IEnumerable<JsonElement> Listed(string name) =>
        _case.GetProperty("expected").TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : [];

    private TimeSpan? Milliseconds(string name) =>
        _case.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? TimeSpan.FromMilliseconds(value.GetInt64()) : null;

    private static JsonDocument Open() => JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find("conformance/cases.json")));

    /// <summary>Flink's and Spark's dynamic gap: the event names the gap after it.</summary>
    private sealed class GapOfTheEvent() : SessionBoundaryRule("gap-of-the-event")
    {
        private static readonly EventField s_gap = EventField.Of("gap_ms");

        public override EventFields Reads => s_gap;

        public override long? DeadlineAfter(in BoundaryContext context) =>
            context.Current[s_gap].TryGetInt64(out long gap) ? context.Current.TimestampMs + gap + 1 : null;
    }
}
