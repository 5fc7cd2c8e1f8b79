using Confluent.Kafka;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Committing;

/// <summary>Makes a sentence with its remedy of what a transaction fails with.</summary>
internal static class TransactionFailure
{
    /// <param name="topic">The topic of the sessions.</param>
    /// <param name="failure">What librdkafka says.</param>
    public static SessionizeException Of(string topic, KafkaException failure) => failure.Error.Code switch
    {
        ErrorCode.Local_Fenced or ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced or ErrorCode.InvalidTxnState => new SessionizeException(
            $"The transaction that sends sessions to the topic '{topic}' was ended from outside: by a process that took lanes over, or by the brokers because it was "
            + "open for longer than transaction.timeout.ms (60 s unless set in Properties). If it happens again and again, raise that, or commit more often.",
            failure,
            isTransient: true),
        ErrorCode.TransactionalIdAuthorizationFailed => new SessionizeException(
            "Kafka does not let this user use transactions: ask for the right to Write and Describe on transactional ids that begin with 'sessionize-'.", failure),
        ErrorCode.InvalidTransactionTimeout => new SessionizeException(
            "The brokers do not allow transaction.timeout.ms to be as long as it is set in Properties: lower it, or raise transaction.max.timeout.ms of the brokers.", failure),
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsgSize => new SessionizeException(
            $"A session is larger than a message to the topic '{topic}' may be. Raise max.message.bytes of the topic and message.max.bytes in Properties, "
            + "or let sessions end sooner, by a limit of duration or events. Nothing was committed.",
            failure),
        ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion => NoTransactions(failure),
        ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight => BeginAgain(topic, failure),
        _ when failure is KafkaTxnRequiresAbortException && !failure.Error.IsFatal => BeginAgain(topic, failure),
        _ => KafkaFailure.Of($"committing sessions to the topic '{topic}' in a transaction", failure),
    };

    public static SessionizeException NoTransactions(Exception? cause = null) => new(
        "These brokers know no transactions, as embedded ones and very old ones: sessions cannot be committed to their topics exactly once. "
        + "Use UpsertToKafka, which is at least once, and once for who keeps the last value of each key; or other brokers.",
        cause);

    private static SessionizeException BeginAgain(string topic, KafkaException failure) =>
        new($"The transaction that sends sessions to the topic '{topic}' has to begin again: {failure.Error.Reason.TrimEnd('.')}.", failure, isTransient: true);
}
