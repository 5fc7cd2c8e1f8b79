using System.CommandLine;

namespace Sessionize.Cli.Options;

/// <summary>The options that say how events are read and where sessions end.</summary>
internal sealed class RuleOptions
{
    private const string Minutes = "m";
    private const string Hours = "h";
    private const int MostLineBytes = 1 << 30;

    private readonly SessionizationOptions _defaults = new();
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
        "--ids", "Name sessions by the number of the visit, or by its start time; ordinal by default.",
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

    public SessionizationOptions Read(ParseResult parsed) => new()
    {
        InactivityTimeout = Limit(parsed, _timeout, _defaults.InactivityTimeout),
        MaxSessionDuration = Limit(parsed, _maximum, _defaults.MaxSessionDuration),
        Alignment = parsed.GetValue(_alignment),
        Boundary = parsed.GetValue(_boundary),
        Ids = parsed.GetValue(_ids),
        EndOnPages = parsed.GetValue(_endOnPages) ?? [],
        MaxSessionEvents = parsed.GetValue(_maxEvents),
        CutAtMidnight = parsed.GetValue(_midnight),
        TimeFormat = parsed.GetValue(_timeFormat),
        UserHashBuckets = (int)(parsed.GetValue(_buckets) ?? _defaults.UserHashBuckets),
        MaxLineBytes = (int)(parsed.GetValue(_maxLineBytes) ?? _defaults.MaxLineBytes),
        Fields = new EventFieldNames
        {
            UserId = parsed.GetValue(_userField) ?? _defaults.Fields.UserId,
            Timestamp = parsed.GetValue(_timeField) ?? _defaults.Fields.Timestamp,
            PageName = parsed.GetValue(_pageField) ?? _defaults.Fields.PageName,
            EventId = parsed.GetValue(_eventIdField) ?? _defaults.Fields.EventId,
        },
    };

    /// <summary>How numbers without a unit were read, as sentences.</summary>
    public IEnumerable<string> DescribeBareNumbers(ParseResult parsed) =>
        new (Option Option, string Unit)[] { (_timeout, Minutes), (_maximum, Hours) }
            .Select(bare => OptionParsing.DescribeBare(parsed, bare.Option, bare.Unit))
            .OfType<string>();

    private static TimeSpan? Limit(ParseResult parsed, Option<TimeSpan> option, TimeSpan? standard) =>
        parsed.GetResult(option) is null ? standard : parsed.GetValue(option) is var given && given == TimeSpan.Zero ? null : given;

    private static Option<string> Field(string name, string what, string standard) => OptionParsing.Text(
        name, "path", $"Where the {what} stands; {standard} by default. Dots go into objects: user.id.",
        path => path.Split('.').All(step => step.Length > 0) ? null : "is no field: give a name, or names joined by single dots, such as user.id");
}
