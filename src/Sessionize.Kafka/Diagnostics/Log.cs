using Microsoft.Extensions.Logging;

namespace Sessionize.Kafka.Diagnostics;

/// <summary>What the package logs. The event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Group}: assigned {Partitions}")]
    public static partial void Assigned(ILogger logger, string group, string partitions);

    [LoggerMessage(2, LogLevel.Information, "{Group}: {Partitions} go to other members")]
    public static partial void Revoked(ILogger logger, string group, string partitions);

    [LoggerMessage(3, LogLevel.Warning, "{Group}: lost {Partitions}: this process was taken for dead")]
    public static partial void Lost(ILogger logger, string group, string partitions);

    [LoggerMessage(4, LogLevel.Warning, "{Group}: {Partitions} were not released within {Patience}; they go to other members without a last commit")]
    public static partial void NotReleased(ILogger logger, string group, string partitions, TimeSpan patience);

    [LoggerMessage(5, LogLevel.Warning, "{Client}: {Reason} ({Code}, {Suppressed} alike since it was last reported)")]
    public static partial void ClientError(ILogger logger, string client, string reason, string code, long suppressed);

    [LoggerMessage(6, LogLevel.Information, "{Group}: the brokers do not know the group protocol 'consumer', so 'classic' is used")]
    public static partial void FellBack(ILogger logger, string group);

    [LoggerMessage(7, LogLevel.Warning, "{Group}: data loss is accepted: {Loss}")]
    public static partial void DataLost(ILogger logger, string group, string loss);

    [LoggerMessage(8, LogLevel.Warning, "{Group}: {Topic} has {Present} partitions, {Recorded} when it was last committed: users who moved to another partition have one visit cut there")]
    public static partial void PartitionsAdded(ILogger logger, string group, string topic, int present, int recorded);

    [LoggerMessage(9, LogLevel.Warning, "{Group}: {Mismatches} of {Records} records have a key other than the user id: events of one user may lie in several partitions, each of which makes sessions of its own. Key the records by the user, or set Kafka:UsersSpanPartitions")]
    public static partial void KeyMismatches(ILogger logger, string group, long mismatches, long records);

    [LoggerMessage(10, LogLevel.Debug, "{Client}: {Message}")]
    public static partial void Client(ILogger logger, string client, string message);

    [LoggerMessage(11, LogLevel.Debug, "{Group}: taking stops, the sessions are behind")]
    public static partial void Paused(ILogger logger, string group);

    [LoggerMessage(12, LogLevel.Debug, "{Group}: taking goes on")]
    public static partial void Resumed(ILogger logger, string group);

    [LoggerMessage(14, LogLevel.Debug, "{Group}: the brokers do not tell where partitions end: {Reason}")]
    public static partial void NoAnswer(ILogger logger, string group, string reason);

    [LoggerMessage(13, LogLevel.Information, "Created the topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(15, LogLevel.Information, "The transaction of {TransactionalId}, begun in {Topic}, is ended: whoever began it stopped, or has lost its lanes")]
    public static partial void TransactionEnded(ILogger logger, string transactionalId, string topic);
}
