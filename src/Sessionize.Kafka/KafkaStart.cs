using System.Collections.Frozen;
using System.Globalization;

namespace Sessionize.Kafka;

/// <summary>Where reading starts in a partition for which the pipeline has committed no position yet. Immutable.</summary>
/// <remarks>A committed position always wins. A partition that was added to a topic while the pipeline reads it starts at its beginning.</remarks>
public sealed class KafkaStart
{
    private const string EarliestText = "earliest";
    private const string LatestText = "latest";

    private readonly string _text;

    private KafkaStart(string text) => _text = text;

    /// <summary>The first record that is there.</summary>
    public static KafkaStart Earliest { get; } = new(EarliestText);

    /// <summary>Behind the last record: what comes from now on.</summary>
    public static KafkaStart Latest { get; } = new(LatestText);

    /// <summary>The time whose first record is meant, if a time was given.</summary>
    internal DateTimeOffset? Time { get; private init; }

    /// <summary>The offsets, if those were given.</summary>
    internal FrozenDictionary<(string Topic, int Partition), long>? GivenOffsets { get; private init; }

    /// <summary>The first record with this time or a later one, by the time that Kafka keeps with each record; where there is none, the end.</summary>
    /// <param name="time">The time.</param>
    /// <returns>The start.</returns>
    public static KafkaStart At(DateTimeOffset time) =>
        new(time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)) { Time = time };

    /// <summary>The given offset of each partition; one that is not named starts at its beginning.</summary>
    /// <param name="offsets">Offsets by topic and partition number.</param>
    /// <returns>The start.</returns>
    /// <exception cref="ArgumentException">There is none, or a partition number or an offset is below zero.</exception>
    public static KafkaStart Offsets(IEnumerable<KeyValuePair<(string Topic, int Partition), long>> offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        FrozenDictionary<(string Topic, int Partition), long> copy = offsets.ToFrozenDictionary();
        if (copy.Count == 0 || copy.Any(given => given.Key.Partition < 0 || given.Value < 0))
        {
            throw new ArgumentException("Give at least one offset, and neither partition numbers nor offsets below zero.", nameof(offsets));
        }

        string text = string.Join(',', copy.OrderBy(given => given.Key).Select(given => string.Create(
            CultureInfo.InvariantCulture, $"{given.Key.Topic}/{given.Key.Partition}={given.Value}")));
        return new KafkaStart(text) { GivenOffsets = copy };
    }

    /// <summary>Reads a start as it stands in a configuration.</summary>
    /// <param name="text"><c>earliest</c>, <c>latest</c>, a time in ISO 8601 with offset or Z, or offsets such as <c>clicks/0=120,clicks/1=88</c>.</param>
    /// <param name="start">The start.</param>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse(string? text, out KafkaStart start)
    {
        start = Earliest;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        if (text.Equals(EarliestText, StringComparison.OrdinalIgnoreCase) || text.Equals(LatestText, StringComparison.OrdinalIgnoreCase))
        {
            start = text.Equals(LatestText, StringComparison.OrdinalIgnoreCase) ? Latest : Earliest;
            return true;
        }

        return text.Contains('=') ? TryParseOffsets(text, ref start) : TryParseTime(text, ref start);
    }

    /// <summary>The start as it stands in a configuration.</summary>
    /// <returns>The text that <see cref="TryParse"/> reads.</returns>
    public override string ToString() => _text;

    private static bool TryParseTime(string text, ref KafkaStart start)
    {
        // A time without an offset would mean another moment on each machine.
        bool hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (!hasOffset || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time))
        {
            return false;
        }

        start = At(time);
        return true;
    }

    private static bool TryParseOffsets(string text, ref KafkaStart start)
    {
        Dictionary<(string Topic, int Partition), long> offsets = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.LastIndexOf('=');
            int slash = equals < 0 ? -1 : part.LastIndexOf('/', equals);
            if (slash <= 0
                || !int.TryParse(part.AsSpan(slash + 1, equals - slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
                || !long.TryParse(part.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                || !offsets.TryAdd((part[..slash], partition), offset))
            {
                return false;
            }
        }

        start = Offsets(offsets);
        return true;
    }
}
