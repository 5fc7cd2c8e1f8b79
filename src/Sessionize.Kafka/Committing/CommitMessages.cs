using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Sessionize.State;

namespace Sessionize.Kafka.Committing;

/// <summary>The messages of the topic of commits. A header of each names the transaction, another one the topic of the sessions.</summary>
internal static class CommitMessages
{
    private const string TransactionHeader = "sessionize.transaction";
    private const string TopicHeader = "sessionize.topic";

    /// <summary>A transaction begins. Compaction keeps the newest of a pipeline, and all that are open.</summary>
    public static Message<byte[], byte[]> Begun(SinkCommit commit, string transaction) =>
        Of(commit.Pipeline, Encoding.UTF8.GetBytes(string.Join(' ', commit.Lanes.Select(lane => lane.Lane))), transaction, null);

    /// <summary>A transaction queues up for its turn.</summary>
    public static Message<byte[], byte[]> Turn(SinkCommit commit, string transaction) =>
        Of(commit.Pipeline, Encoding.UTF8.GetBytes(commit.Id.ToString()), transaction, null);

    /// <summary>The records of a commit: one for each lane, so that compaction keeps the newest of each.</summary>
    /// <param name="commit">The commit; without lanes, that of a batch run, it has one record of its own.</param>
    /// <param name="transaction">The transactional id.</param>
    /// <param name="topicId">The id of the topic with the sessions.</param>
    /// <param name="replaced">The commit that a record takes the place of, by key.</param>
    public static IEnumerable<Message<byte[], byte[]>> Records(SinkCommit commit, string transaction, string topicId, Func<string, Guid?> replaced)
    {
        foreach (string key in KeysOf(commit))
        {
            SinkCommit own = commit with { Lanes = [.. commit.Lanes.Where(lane => KeyOf(commit.Pipeline, lane.Lane) == key)] };
            yield return Of(key, new CommitRecordFile(replaced(key), own).Write(), transaction, topicId);
        }
    }

    /// <summary>The keys of a commit's records.</summary>
    public static IEnumerable<string> KeysOf(SinkCommit commit) =>
        commit.Lanes.Count == 0 ? [RunKeyOf(commit.Pipeline)] : commit.Lanes.Select(lane => KeyOf(commit.Pipeline, lane.Lane));

    public static string KeyOf(string pipeline, LaneId lane) => $"{pipeline}/{lane}";

    public static string RunKeyOf(string pipeline) => $"{pipeline}/run";

    /// <summary>Whether a transaction was begun for one of some lanes.</summary>
    public static bool IsBegunFor(Message<byte[]?, byte[]?> begun, string pipeline, IReadOnlyCollection<LaneId> lanes)
    {
        if (begun.Key is null || begun.Value is null || Encoding.UTF8.GetString(begun.Key) != pipeline)
        {
            return false;
        }

        string[] numbers = Encoding.UTF8.GetString(begun.Value).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return lanes.Any(lane => numbers.Contains(lane.Number.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The transactional id by which a message was sent.</summary>
    public static string? TransactionOf(Message<byte[]?, byte[]?> message) => Header(message, TransactionHeader);

    /// <summary>The id of the topic that a record's sessions are in.</summary>
    public static string? TopicIdOf(Message<byte[]?, byte[]?> message) => Header(message, TopicHeader);

    private static string? Header(Message<byte[]?, byte[]?> message, string name) =>
        message.Headers?.TryGetLastBytes(name, out byte[] value) == true && value is not null ? Encoding.UTF8.GetString(value) : null;

    private static Message<byte[], byte[]> Of(string key, byte[] value, string transaction, string? topicId)
    {
        Headers headers = new() { { TransactionHeader, Encoding.UTF8.GetBytes(transaction) } };
        if (topicId is not null)
        {
            headers.Add(TopicHeader, Encoding.UTF8.GetBytes(topicId));
        }

        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = value, Headers = headers };
    }
}
