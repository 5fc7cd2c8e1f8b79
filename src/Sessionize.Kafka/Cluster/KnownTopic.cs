namespace Sessionize.Kafka.Cluster;

/// <summary>A topic as the brokers describe it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The id, by which a topic that was deleted and made again is known; <see cref="NoId"/> from brokers that have none.</param>
/// <param name="Partitions">How many partitions it has.</param>
internal sealed record KnownTopic(string Name, string Id, int Partitions)
{
    /// <summary>The id of a topic whose brokers tell none.</summary>
    public const string NoId = "-";

    private const int LongestName = 249;

    /// <summary>Whether a text can be a topic's name.</summary>
    public static bool IsName(string text) =>
        text is { Length: >= 1 and <= LongestName } and not "." and not ".." && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
