using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sessionize.Cli.Output;

/// <summary>What a batch run tells at its end.</summary>
/// <param name="Summary">What the run did.</param>
/// <param name="Output">Where the sessions went, <c>-</c> for standard output; <see langword="null"/> for a dry run.</param>
/// <param name="BadEventsFile">Where the bad events went, if anywhere.</param>
internal sealed record BatchReport(SessionizationSummary Summary, string? Output, string? BadEventsFile)
{
    private const int BarWidth = 40;
    private static readonly double[] s_quantiles = [0.5, 0.9, 0.99, 1];

    private static readonly (string Name, TimeSpan Limit)[] s_steps =
    [
        ("0 s", TimeSpan.FromMilliseconds(1)),
        ("below 1 min", TimeSpan.FromMinutes(1)),
        ("1 to 5 min", TimeSpan.FromMinutes(5)),
        ("5 to 15 min", TimeSpan.FromMinutes(15)),
        ("15 to 30 min", TimeSpan.FromMinutes(30)),
        ("30 to 60 min", TimeSpan.FromHours(1)),
        ("1 to 2 h", TimeSpan.FromHours(2)),
        ("2 to 24 h", TimeSpan.FromDays(1)),
        ("1 day and more", TimeSpan.MaxValue),
    ];

    private double EventsPerSecond => Summary.Events / Math.Max(Summary.Elapsed.TotalSeconds, 1e-6);

    /// <summary>Some lines for a person.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture).TrimEnd()).Append('\n');
        Line($"{Count(Summary.Events, "event")} of {Count(Summary.Users, "user")} became {Count(Summary.Sessions, "session")}, in {Summary.Elapsed.TotalSeconds:0.00} s ({EventsPerSecond:N0} events a second)");
        foreach ((string reason, long sessions) in Summary.EndReasons)
        {
            Line($"  {"ended by " + TerminalText.Safe(reason, 40),-32} {sessions,12:N0} {(double)sessions / Summary.Sessions,8:P1}");
        }

        long bad = Summary.BadEvents.Values.Sum();
        Line($"{Count(bad, "bad event")}{(BadEventsFile is null ? "" : $", in {TerminalText.Safe(BadEventsFile)}")}");
        foreach ((string reason, long events) in Summary.BadEvents)
        {
            Line($"  {reason,-32} {events,12:N0}");
        }

        if (Summary.Sessions > 0)
        {
            Line($"length: half up to {LengthText.Of(Summary.Durations.Quantile(0.5))}, 90 % up to {LengthText.Of(Summary.Durations.Quantile(0.9))}, 99 % up to {LengthText.Of(Summary.Durations.Quantile(0.99))}, longest {LengthText.Of(Summary.Durations.Quantile(1))}");
            (string Name, long Sessions)[] steps = [.. Histogram().Select(step => (step.Name, step.Sessions))];
            long most = steps.Max(step => step.Sessions);
            foreach ((string name, long sessions) in steps.SkipWhile(step => step.Sessions == 0).Reverse().SkipWhile(step => step.Sessions == 0).Reverse())
            {
                Line($"  {name,-14} {sessions,9:N0} {new string('█', (int)Math.Ceiling((double)sessions * BarWidth / most))}");
            }
        }

        text.Append(Output switch
        {
            null => "dry run: nothing was written",
            "-" => "written to standard output",
            _ => $"written to {TerminalText.Safe(Output)}",
        });
        return text.ToString();
    }

    /// <summary>One JSON object, of ASCII only: it may be shown on a terminal, and must stay JSON there.</summary>
    public string ToJson()
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("events", Summary.Events);
            json.WriteNumber("users", Summary.Users);
            json.WriteNumber("sessions", Summary.Sessions);
            WriteCounts(json, "end_reasons", Summary.EndReasons);
            WriteCounts(json, "bad_events", Summary.BadEvents);
            json.WriteString("bad_events_file", BadEventsFile);
            json.WriteStartObject("session_duration_seconds");
            foreach (double quantile in s_quantiles)
            {
                json.WriteNumber(quantile == 1 ? "max" : $"p{(int)(quantile * 100)}", Summary.Durations.Quantile(quantile) / 1000.0);
            }

            json.WriteEndObject();
            json.WriteStartArray("histogram");
            foreach ((_, TimeSpan from, TimeSpan to, long sessions) in Histogram())
            {
                json.WriteStartObject();
                json.WriteNumber("from_seconds", from.TotalSeconds);
                WriteLimit(json, to);
                json.WriteNumber("sessions", sessions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteEndTime(json);
            json.WriteNumber("elapsed_seconds", Math.Round(Summary.Elapsed.TotalSeconds, 3));
            json.WriteNumber("events_per_second", Math.Round(EventsPerSecond));
            json.WriteString("output", Output);
            json.WriteBoolean("dry_run", Output is null);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private IEnumerable<(string Name, TimeSpan From, TimeSpan To, long Sessions)> Histogram()
    {
        TimeSpan from = TimeSpan.Zero;
        foreach ((string name, TimeSpan to) in s_steps)
        {
            yield return (name, from, to, Summary.Durations.CountBetween((long)from.TotalMilliseconds, to == TimeSpan.MaxValue ? long.MaxValue : (long)to.TotalMilliseconds));
            from = to;
        }
    }

    private void WriteEndTime(Utf8JsonWriter json)
    {
        if (Summary.EndTimeMs is { } time)
        {
            json.WriteNumber("end_time_ms", time);
        }
        else
        {
            json.WriteNull("end_time_ms");
        }
    }

    private static void WriteLimit(Utf8JsonWriter json, TimeSpan to)
    {
        if (to == TimeSpan.MaxValue)
        {
            json.WriteNull("below_seconds");
        }
        else
        {
            json.WriteNumber("below_seconds", to.TotalSeconds);
        }
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach ((string reason, long count) in counts)
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
    }

    private static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
