using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka;

/// <summary>Sets the options from a configuration, and finds what is wrong with them.</summary>
internal static class KafkaOptionsCheck
{
    /// <summary>The section of a pipeline's configuration.</summary>
    public const string Section = "Kafka";

    private static readonly SortedDictionary<string, Func<KafkaOptions, IConfigurationSection, string?>> s_settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            [nameof(KafkaOptions.BootstrapServers)] = (o, s) => SetText(s, value => o.BootstrapServers = value),
            [nameof(KafkaOptions.Topic)] = (o, s) => SetText(s, value => o.Topic = value),
            [nameof(KafkaOptions.Topics)] = SetTopics,
            [nameof(KafkaOptions.TopicPattern)] = (o, s) => SetText(s, value => o.TopicPattern = value),
            [nameof(KafkaOptions.GroupId)] = (o, s) => SetText(s, value => o.GroupId = value),
            [nameof(KafkaOptions.StartFrom)] = SetStart,
            [nameof(KafkaOptions.OnDataLoss)] = SetDataLoss,
            [nameof(KafkaOptions.UsersSpanPartitions)] = SetUsersSpanPartitions,
            [nameof(KafkaOptions.StartTimeout)] = SetStartTimeout,
            [nameof(KafkaOptions.CreateTopicsWithPartitions)] = (o, s) => SetNumber(s, value => o.CreateTopicsWithPartitions = value),
            [nameof(KafkaOptions.BufferBytes)] = (o, s) => SetNumber(s, value => o.BufferBytes = value),
            [nameof(KafkaOptions.Properties)] = SetProperties,
        };

    /// <summary>Sets the options that a section names.</summary>
    /// <returns>A sentence for every key that cannot be used.</returns>
    public static IReadOnlyList<string> Bind(IConfiguration section, KafkaOptions options)
    {
        List<string> mistakes = [];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!s_settings.TryGetValue(child.Key, out Func<KafkaOptions, IConfigurationSection, string?>? set))
            {
                mistakes.Add($"{child.Path} is no setting: the settings are {string.Join(", ", s_settings.Keys)}; those of librdkafka stand below {Section}:{nameof(KafkaOptions.Properties)}.");
            }
            else if (set(options, child) is { } expected)
            {
                mistakes.Add($"{child.Path} is {(child.Value is { } value ? $"'{value}'" : "a section")}: give {expected}.");
            }
        }

        return mistakes;
    }

    /// <summary>Every mistake in the options, as sentences that name value and remedy.</summary>
    public static IEnumerable<string> FindMistakes(KafkaOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.BootstrapServers))
        {
            yield return "Kafka:BootstrapServers is empty: give one broker or several, such as 'localhost:9092'.";
        }

        int ways = (options.TopicNames.Count > 0 ? 1 : 0) + (options.TopicPattern is null ? 0 : 1);
        if (ways != 1)
        {
            yield return ways == 0
                ? "Kafka has no topic: set Kafka:Topic, Kafka:Topics or Kafka:TopicPattern."
                : "Kafka has both named topics and a pattern for topics: set Topic or Topics, or TopicPattern.";
        }

        if (options.TopicNames.FirstOrDefault(name => !KnownTopic.IsName(name)) is { } wrong)
        {
            yield return $"Kafka has the topic '{wrong}': a topic's name has 1 to 249 ASCII letters, digits, '.', '_' and '-'.";
        }

        if (options.TopicPattern is { } pattern && !IsPattern(pattern))
        {
            yield return $"Kafka:TopicPattern is '{pattern}', which is no regular expression.";
        }

        if (options.StartTimeout <= TimeSpan.Zero)
        {
            yield return $"Kafka:StartTimeout is {options.StartTimeout}: give a time above zero.";
        }

        if (options.CreateTopicsWithPartitions < 1)
        {
            yield return $"Kafka:CreateTopicsWithPartitions is {options.CreateTopicsWithPartitions}: give at least 1, or null so that none is created.";
        }

        if (options.CreateTopicsWithPartitions is not null && options.TopicPattern is not null)
        {
            yield return "Kafka:CreateTopicsWithPartitions cannot go with TopicPattern: a pattern is no name for a new topic. Name the topics.";
        }

        if (options.BufferBytes < 1)
        {
            yield return $"Kafka:BufferBytes is {options.BufferBytes}: give a size above zero.";
        }

        if (options.StartFrom is null)
        {
            yield return "Kafka:StartFrom is null: give KafkaStart.Earliest, Latest, At or Offsets.";
        }

        foreach (string mistake in ClientSettings.FindMistakes(options.Properties))
        {
            yield return mistake;
        }
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = Regex.Match("", pattern);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? SetText(IConfigurationSection section, Action<string> set)
    {
        if (section.Value is not { } value)
        {
            return "a text";
        }

        set(value);
        return null;
    }

    private static string? SetNumber(IConfigurationSection section, Action<int> set)
    {
        if (!int.TryParse(section.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
        {
            return "a whole number";
        }

        set(value);
        return null;
    }

    private static string? SetTopics(KafkaOptions options, IConfigurationSection section)
    {
        // A list, or one text with commas, as an environment variable gives it.
        string[] names = section.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries)
            : [.. section.GetChildren().Select(child => child.Value ?? "")];
        if (names.Any(string.IsNullOrEmpty))
        {
            return "a list of topics";
        }

        options.Topics = names;
        return null;
    }

    private static string? SetStart(KafkaOptions options, IConfigurationSection section)
    {
        if (!KafkaStart.TryParse(section.Value, out KafkaStart start))
        {
            return "earliest, latest, a time in ISO 8601 with offset, or offsets such as clicks/0=120,clicks/1=88";
        }

        options.StartFrom = start;
        return null;
    }

    private static string? SetDataLoss(KafkaOptions options, IConfigurationSection section)
    {
        // By name only: the numbers of the members are nobody's business.
        if (Enum.GetNames<KafkaDataLoss>().FirstOrDefault(name => name.Equals(section.Value, StringComparison.OrdinalIgnoreCase)) is not { } found)
        {
            return $"one of {string.Join(", ", Enum.GetNames<KafkaDataLoss>())}";
        }

        options.OnDataLoss = Enum.Parse<KafkaDataLoss>(found);
        return null;
    }

    private static string? SetUsersSpanPartitions(KafkaOptions options, IConfigurationSection section)
    {
        if (!bool.TryParse(section.Value, out bool value))
        {
            return "true or false";
        }

        options.UsersSpanPartitions = value;
        return null;
    }

    private static string? SetStartTimeout(KafkaOptions options, IConfigurationSection section)
    {
        // Without a colon it would be a number of days, which hardly anybody means.
        if (section.Value?.Contains(':') != true || !TimeSpan.TryParseExact(section.Value, "c", CultureInfo.InvariantCulture, out TimeSpan value))
        {
            return "a time as hours, minutes and seconds, such as 00:00:30";
        }

        options.StartTimeout = value;
        return null;
    }

    private static string? SetProperties(KafkaOptions options, IConfigurationSection section)
    {
        foreach (IConfigurationSection property in section.GetChildren())
        {
            if (property.Value is not { } value)
            {
                return "settings of librdkafka by their names, each with a text";
            }

            options.Properties[property.Key] = value;
        }

        return null;
    }
}
