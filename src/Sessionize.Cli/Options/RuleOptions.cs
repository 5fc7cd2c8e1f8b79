using System.CommandLine;

namespace Sessionize.Cli.Options;

/// <summary>The options that say how events are read and where sessions end.</summary>
internal sealed class RuleOptions
{
    private const string Minutes = "m";
    private const string Hours = "h";
    private const int MostLineBytes = 1 << 30;

    private readonly Option<TimeSpan> _timeout = OptionParsing.Duration(
        "--inactivity-timeout", Minutes, "30m", allowNone: true, "A visit ends after this time without an event; 30m by default. A bare number is minutes.");

    private readonly Option<TimeSpan> _maximum = OptionParsing.Duration(
        "--max-session-duration", Hours, "2h", allowNone: true, "Every session is shorter than this; 2h by default. A bare number is hours.");

    private readonly Option<MaxDurationAlignment> _alignment = OptionParsing.Choice(
        "--alignment", "Count the maximum from the visit's start, or anew from each cut; anchored by default.",
        ("anchored", MaxDurationAlignment.Anchored), ("restarting", MaxDurationAlignment.Restarting));

    private readonly Option<GapBoundary> _boundary = OptionParsing.Choice(
        "--boundary", "Whether a gap of exactly the timeout stays in the visit; inclusive by default.",
        ("inclusive", GapBoundary.Inclusive), ("exclusive", GapBoundary.Exclusive));

    private readonly Option<SessionIds> _ids = OptionParsing.Choice(
        "--ids", "Name sessions by the number of the visit, or by its start time; ordinal by default in files, and start-time in tables, which keep several runs.",
        ("ordinal", SessionIds.Ordinal), ("start-time", SessionIds.StartTime));

    private readonly Option<long?> _buckets = OptionParsing.Number(
        "--buckets", 1, int.MaxValue, "100", "The number of hash buckets of users, column user_hash_bucket; 100 by default.");

    private readonly Option<string[]> _endOnPages = new("--end-on-page")
    {
        Description = "A page that ends the visit, such as logout. May be repeated.",
        HelpName = "page",
    };

    private readonly Option<long?> _maxEvents = OptionParsing.Number(
        "--max-session-events", 1, long.MaxValue, "1000", "The most events that a session has.");

    private readonly Option<string> _midnight = OptionParsing.Text(
        "--cut-at-midnight", "zone", "Also end visits at midnight of a time zone, such as Europe/Berlin.",
        zone => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null : "is no time zone of this machine: give one such as Europe/Berlin or UTC");

    private readonly Option<TimeFormat> _timeFormat = OptionParsing.Choice(
        "--time-format", "How event times are written; milliseconds by default.",
        ("milliseconds", TimeFormat.Milliseconds), ("seconds", TimeFormat.Seconds), ("microseconds", TimeFormat.Microseconds),
        ("nanoseconds", TimeFormat.Nanoseconds), ("iso8601", TimeFormat.Iso8601));

    private readonly Option<string> _userField = Field("--user-field", "user id", "uuid");
    private readonly Option<string> _timeField = Field("--time-field", "event time", "event_timestamp");
    private readonly Option<string> _pageField = Field("--page-field", "page name", "page_name");
    private readonly Option<string> _eventIdField = Field("--event-id-field", "event id", "event_id");

    private readonly Option<long?> _maxLineBytes = OptionParsing.Number(
        "--max-line-bytes", 2, MostLineBytes, "1048576", "The longest line that is read; a longer one is a bad event; 1048576 by default.");

    public RuleOptions() => _endOnPages.Validators.Add(result =>
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError("--end-on-page: '' is empty: give a page name such as logout.");
        }
    });

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_timeout, _maximum, _alignment, _boundary, _ids, _endOnPages, _maxEvents, _midnight,
            _timeFormat, _userField, _timeField, _pageField, _eventIdField, _maxLineBytes, _buckets])
        {
            command.Options.Add(option);
        }
    }

    public SessionizationOptions Read(ParseResult parsed)
    {
        SessionizationOptions options = new();
        ApplyTo(options, parsed);
        return options;
    }

    /// <summary>Sets what the command line says; everything else stays as it is.</summary>
    public void ApplyTo(SessionizationOptions options, ParseResult parsed)
    {
        If(_timeout, time => options.InactivityTimeout = NoneIfZero(time));
        If(_maximum, time => options.MaxSessionDuration = NoneIfZero(time));
        If(_alignment, alignment => options.Alignment = alignment);
        If(_boundary, boundary => options.Boundary = boundary);
        If(_ids, ids => options.Ids = ids);
        If(_endOnPages, pages => options.EndOnPages = pages!);
        If(_maxEvents, most => options.MaxSessionEvents = most);
        If(_midnight, zone => options.CutAtMidnight = zone);
        If(_timeFormat, format => options.TimeFormat = format);
        If(_buckets, buckets => options.UserHashBuckets = (int)buckets!);
        If(_maxLineBytes, most => options.MaxLineBytes = (int)most!);
        If(_userField, path => options.Fields.UserId = path!);
        If(_timeField, path => options.Fields.Timestamp = path!);
        If(_pageField, path => options.Fields.PageName = path!);
        If(_eventIdField, path => options.Fields.EventId = path!);

        void If<T>(Option<T> option, Action<T?> set)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                set(parsed.GetValue(option));
            }
        }
    }

    /// <summary>How numbers without a unit were read, as sentences.</summary>
    public IEnumerable<string> DescribeBareNumbers(ParseResult parsed) =>
        new (Option Option, string Unit)[] { (_timeout, Minutes), (_maximum, Hours) }
            .Select(bare => OptionParsing.DescribeBare(parsed, bare.Option, bare.Unit))
            .OfType<string>();

    private static TimeSpan? NoneIfZero(TimeSpan time) => time == TimeSpan.Zero ? null : time;

    private static Option<string> Field(string name, string what, string standard) => OptionParsing.Text(
        name, "path", $"Where the {what} stands; {standard} by default. Dots go into objects: user.id.",
        path => path.Split('.').All(step => step.Length > 0) ? null : "is no field: give a name, or names joined by single dots, such as user.id");
}
