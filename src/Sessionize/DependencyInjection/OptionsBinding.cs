using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Sessionize.DependencyInjection;

/// <summary>Sets options from a section of a configuration. What cannot be used is a mistake, and all mistakes are found.</summary>
/// <remarks>
/// Written by hand, since the framework's binder stops at the first wrong value, passes over misspelt keys, and takes <c>30</c> for 30 days
/// and <c>24:00:00</c> for 24 days.
/// </remarks>
internal static class OptionsBinding
{
    private const string FieldsSection = nameof(SessionizationOptions.Fields);
    private const string StateSection = nameof(SessionizationOptions.State);

    // The options that are sections, and what stands in them.
    private static readonly SortedDictionary<string, string> s_sections = new(StringComparer.OrdinalIgnoreCase)
    {
        [FieldsSection] = $"names of fields, such as {FieldsSection}:{nameof(EventFieldNames.UserId)}",
        [StateSection] = $"settings of the state, such as {StateSection}:{nameof(FileStateOptions.Location)}",
    };

    // Each sets one option from its section, or says what it expects there.
    private static readonly SortedDictionary<string, Func<SessionizationOptions, IConfigurationSection, string?>> s_settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            [nameof(SessionizationOptions.InactivityTimeout)] = (o, s) => SetOptionalTime(s, "00:30:00", value => o.InactivityTimeout = value),
            [nameof(SessionizationOptions.Boundary)] = (o, s) => SetEnum<GapBoundary>(s, value => o.Boundary = value),
            [nameof(SessionizationOptions.MaxSessionDuration)] = (o, s) => SetOptionalTime(s, "02:00:00", value => o.MaxSessionDuration = value),
            [nameof(SessionizationOptions.Alignment)] = (o, s) => SetEnum<MaxDurationAlignment>(s, value => o.Alignment = value),
            [nameof(SessionizationOptions.MaxSessionEvents)] = (o, s) => SetOptional<long>(s, SetNumber, value => o.MaxSessionEvents = value),
            [nameof(SessionizationOptions.EndOnPages)] = (o, s) => SetList(s, value => o.EndOnPages = value),
            [nameof(SessionizationOptions.CutAtMidnight)] = (o, s) => SetOptionalText(s, value => o.CutAtMidnight = value),
            [nameof(SessionizationOptions.MidnightPass)] = (o, s) => SetEnum<RulePass>(s, value => o.MidnightPass = value),
            [nameof(SessionizationOptions.Ids)] = (o, s) => SetOptional<SessionIds>(s, SetEnum, value => o.Ids = value),
            [nameof(SessionizationOptions.UserHashBuckets)] = (o, s) => SetNumber<int>(s, value => o.UserHashBuckets = value),
            [nameof(SessionizationOptions.WatermarkDelay)] = (o, s) => SetTime(s, "00:10:00", value => o.WatermarkDelay = value),
            [nameof(SessionizationOptions.LateEvents)] = (o, s) => SetEnum<LateEventPolicy>(s, value => o.LateEvents = value),
            [nameof(SessionizationOptions.LaneFailures)] = (o, s) => SetEnum<LaneFailurePolicy>(s, value => o.LaneFailures = value),
            [nameof(SessionizationOptions.RebuildState)] = (o, s) => SetFlag(s, value => o.RebuildState = value),
            [nameof(SessionizationOptions.MaxFutureSkew)] = (o, s) => SetTime(s, "01:00:00", value => o.MaxFutureSkew = value),
            [nameof(SessionizationOptions.IdleTimeout)] = (o, s) => SetTime(s, "00:05:00", value => o.IdleTimeout = value),
            [nameof(SessionizationOptions.MaxCommitDelay)] = (o, s) => SetTime(s, "00:05:00", value => o.MaxCommitDelay = value),
            [nameof(SessionizationOptions.MaxEventsPerTrigger)] = (o, s) => SetOptional<long>(s, SetNumber, value => o.MaxEventsPerTrigger = value),
            [nameof(SessionizationOptions.MaxEventsPerSecond)] = (o, s) => SetOptional<long>(s, SetNumber, value => o.MaxEventsPerSecond = value),
            [nameof(SessionizationOptions.MaxLineBytes)] = (o, s) => SetNumber<int>(s, value => o.MaxLineBytes = value),
            [nameof(SessionizationOptions.TimeFormat)] = (o, s) => SetEnum<TimeFormat>(s, value => o.TimeFormat = value),
            [$"{FieldsSection}:{nameof(EventFieldNames.UserId)}"] = (o, s) => SetText(s, value => o.Fields.UserId = value),
            [$"{FieldsSection}:{nameof(EventFieldNames.Timestamp)}"] = (o, s) => SetText(s, value => o.Fields.Timestamp = value),
            [$"{FieldsSection}:{nameof(EventFieldNames.PageName)}"] = (o, s) => SetText(s, value => o.Fields.PageName = value),
            [$"{FieldsSection}:{nameof(EventFieldNames.EventId)}"] = (o, s) => SetText(s, value => o.Fields.EventId = value),
            [$"{StateSection}:{nameof(FileStateOptions.Location)}"] = (o, s) => SetOptionalText(s, value => o.State.Location = value),
            [$"{StateSection}:{nameof(FileStateOptions.Properties)}"] = (o, s) => SetTexts(s, value => o.State.Properties = value),
        };

    /// <summary>Sets the options that a section names.</summary>
    /// <param name="section">The section whose keys are the names of the options.</param>
    /// <param name="otherSections">The sections beside the options, which packages read themselves.</param>
    /// <param name="options">The options.</param>
    /// <param name="mistakes">Takes a sentence for every key that cannot be used.</param>
    public static void Bind(
        IConfiguration section, IReadOnlySet<string> otherSections, SessionizationOptions options, ICollection<string> mistakes)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (s_sections.TryGetValue(child.Key, out string? content))
            {
                if (!string.IsNullOrEmpty(child.Value))
                {
                    mistakes.Add($"{child.Path} is '{child.Value}': give a section with {content}.");
                }

                foreach (IConfigurationSection member in child.GetChildren())
                {
                    Set($"{child.Key}:{member.Key}", member, options, mistakes);
                }
            }
            else if (!otherSections.Contains(child.Key))
            {
                Set(child.Key, child, options, mistakes);
            }
        }
    }

    /// <summary>Whether a key is the name of an option.</summary>
    public static bool Knows(string key) => s_settings.ContainsKey(key) || s_sections.ContainsKey(key);

    private static void Set(string key, IConfigurationSection section, SessionizationOptions options, ICollection<string> mistakes)
    {
        if (!s_settings.TryGetValue(key, out Func<SessionizationOptions, IConfigurationSection, string?>? set))
        {
            mistakes.Add($"{section.Path} is no setting: {(NearestName.Of(key, s_settings.Keys) is { } nearest
                ? $"did you mean {nearest}?"
                : $"the settings are {string.Join(", ", s_settings.Keys)}.")}");
        }
        else if (set(options, section) is { } expected)
        {
            string found = section.Value is { } value ? $"'{value}'" : section.GetChildren().Any() ? "a section" : "null";
            mistakes.Add($"{section.Path} is {found}: give {expected}.");
        }
    }

    private static string? SetTime(IConfigurationSection section, string example, Action<TimeSpan> set)
    {
        // Without a colon it would be a number of days, which hardly anybody means.
        bool isTime = TimeSpan.TryParseExact(section.Value, "c", CultureInfo.InvariantCulture, out TimeSpan value) && section.Value!.Contains(':');
        return Set(isTime, value, set, $"a time as hours, minutes and seconds, such as {example}");
    }

    private static string? SetOptionalTime(IConfigurationSection section, string example, Action<TimeSpan?> set) =>
        SetOptional<TimeSpan>(section, (s, found) => SetTime(s, example, found), set);

    private static string? SetNumber<T>(IConfigurationSection section, Action<T> set)
        where T : struct, ISpanParsable<T> =>
        Set(T.TryParse(section.Value, CultureInfo.InvariantCulture, out T value), value, set, "a whole number");

    private static string? SetEnum<T>(IConfigurationSection section, Action<T> set)
        where T : struct, Enum
    {
        // By name only: the numbers of the members are nobody's business.
        string? name = Enum.GetNames<T>().FirstOrDefault(name => name.Equals(section.Value, StringComparison.OrdinalIgnoreCase));
        return Set(name is not null, name is null ? default : Enum.Parse<T>(name), set, $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    private static string? SetFlag(IConfigurationSection section, Action<bool> set) =>
        Set(bool.TryParse(section.Value, out bool value), value, set, "true or false");

    private static string? SetText(IConfigurationSection section, Action<string> set) =>
        Set(section.Value is not null, section.Value!, set, "a text");

    private static string? SetOptionalText(IConfigurationSection section, Action<string?> set) =>
        IsNone(section) ? Set(true, null, set, "") : SetText(section, set);

    private static string? SetList(IConfigurationSection section, Action<IList<string>> set)
    {
        string?[] texts = [.. section.GetChildren().Select(child => child.Value)];
        bool isList = string.IsNullOrEmpty(section.Value) && texts.All(text => text is not null);
        return Set(isList, [.. texts.OfType<string>()], set, "a list of texts");
    }

    private static string? SetTexts(IConfigurationSection section, Action<IDictionary<string, string>> set)
    {
        Dictionary<string, string?> texts = section.GetChildren().ToDictionary(child => child.Key, child => child.Value, StringComparer.Ordinal);
        bool isSection = string.IsNullOrEmpty(section.Value) && texts.Values.All(text => text is not null);
        return Set(isSection, texts.ToDictionary(pair => pair.Key, pair => pair.Value ?? "", StringComparer.Ordinal), set, "a section with names and texts");
    }

    private static string? SetOptional<T>(IConfigurationSection section, Func<IConfigurationSection, Action<T>, string?> setValue, Action<T?> set)
        where T : struct =>
        IsNone(section) ? Set(true, null, set, "") : setValue(section, value => set(value)) is { } expected ? $"{expected}, or null for none" : null;

    // The empty text is what an environment variable can say for null.
    private static bool IsNone(IConfigurationSection section) => string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any();

    private static string? Set<T>(bool isUsable, T value, Action<T> set, string expected)
    {
        if (!isUsable)
        {
            return expected;
        }

        set(value);
        return null;
    }
}
