using System.Globalization;

namespace Sessionize.Kafka.Cluster;

/// <summary>The name of a partition in commits, dead letters and messages: topic, topic id and number.</summary>
internal readonly record struct PartitionName(string Topic, string TopicId, int Number)
{
    public static bool TryParse(string text, out PartitionName name)
    {
        string[] parts = text.Split('/');
        name = default;
        if (parts.Length != 3 || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return false;
        }

        name = new PartitionName(parts[0], parts[1], number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{TopicId}/{Number}");
}
