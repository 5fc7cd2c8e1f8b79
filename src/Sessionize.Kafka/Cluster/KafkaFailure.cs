using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace Sessionize.Kafka.Cluster;

/// <summary>Turns what librdkafka says into one sentence with its remedy.</summary>
internal static partial class KafkaFailure
{
    /// <summary>Whether trying again may cure it.</summary>
    public static bool IsPassing(Error error) => !error.IsFatal && error.Code is
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_MsgTimedOut
        or ErrorCode.Local_Resolve or ErrorCode.Local_WaitCoord or ErrorCode.Local_WaitCache or ErrorCode.Local_Retry or ErrorCode.Local_DestroyBroker
        or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_UnknownBroker or ErrorCode.Local_NoEnt or ErrorCode.RequestTimedOut or ErrorCode.NetworkException
        or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.BrokerNotAvailable or ErrorCode.ReplicaNotAvailable
        or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress
        or ErrorCode.OffsetNotAvailable or ErrorCode.PreferredLeaderNotAvailable or ErrorCode.UnknownLeaderEpoch or ErrorCode.FencedLeaderEpoch
        or ErrorCode.KafkaStorageError or ErrorCode.ThrottlingQuotaExceeded;

    /// <summary>Whether login or certificate are refused, which no waiting cures.</summary>
    public static bool IsRefusal(Error error) =>
        error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed || IsRefusalOfOurCertificate(error);

    public static bool IsWrongSetting(Exception failure) => failure is InvalidOperationException or ArgumentException or KafkaException;

    public static SessionizeException WrongSetting(Exception failure) =>
        new($"Kafka's client cannot be made: {Sentence(failure.Message)} Correct the setting in Kafka:Properties.", failure);

    /// <summary>The brokers do not answer, or do not let us in.</summary>
    public static SessionizeException Unavailable(string servers, TimeSpan waited, Error? last, Exception? cause)
    {
        string remedy = last?.Code switch
        {
            not null when IsRefusalOfOurCertificate(last) =>
                $"Kafka at {servers} asks for a certificate, and refuses ours or that there is none, {Detail(last)} Set ssl.keystore.location and ssl.keystore.password in Kafka:Properties to one that the brokers trust.",
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed =>
                $"Kafka at {servers} refuses the login, {Detail(last)} Correct sasl.username and sasl.password in Kafka:Properties, or sasl.mechanism.",
            ErrorCode.Local_Ssl =>
                $"Kafka at {servers} shows a certificate that is not trusted, {Detail(last)} Set ssl.ca.location in Kafka:Properties to the authority that signed it.",
            ErrorCode.Local_Resolve =>
                $"The name of a Kafka broker of {servers} is not known, {Detail(last)} Correct Kafka:BootstrapServers, or the name service.",
            _ => $"No Kafka broker at {servers} answered within {Math.Ceiling(waited.TotalSeconds):0} s{(last is null ? "." : $", {Detail(last)}")} "
                + "Look whether the brokers run and Kafka:BootstrapServers is right; if they want TLS or a login, set security.protocol in Kafka:Properties.",
        };
        return new SessionizeException(remedy, cause, isTransient: true) { AreRetriesUsedUp = true };
    }

    public static SessionizeException NoSuchTopic(string topic, string servers, IReadOnlyCollection<string> present)
    {
        string[] others = [.. present.Where(name => !name.StartsWith("__", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string known = DependencyInjection.NearestName.Of(topic, others) is { } nearest ? $"did you mean '{nearest}'?"
            : others.Length == 0 ? "there is none at all."
            : $"there are {others.Length}, such as {string.Join(", ", others.Take(5).Select(name => $"'{name}'"))}.";
        return new SessionizeException(
            $"Kafka at {servers} has no topic '{topic}': {known} Correct the name, create the topic, or set Kafka:CreateTopicsWithPartitions to have it created.");
    }

    public static SessionizeException TopicGone(string topic) =>
        new($"The topic '{topic}' was deleted while it was read. What was read of it before is committed. Create it again, or correct the name.");

    /// <summary>A request failed for good, or was tried for long enough.</summary>
    public static SessionizeException Of(string what, KafkaException failure) => failure.Error.Code switch
    {
        ErrorCode.TopicAuthorizationFailed => Denied("the topic", "Read and Describe"),
        ErrorCode.GroupAuthorizationFailed => Denied("the group", "Read"),
        ErrorCode.ClusterAuthorizationFailed => Denied("the cluster", "Create"),
        _ => Failed(what, failure, IsPassing(failure.Error)),
    };

    private static SessionizeException Failed(string what, KafkaException failure, bool isPassing) => new(
        $"Kafka fails at {what}: {Sentence(failure.Error.Reason)} {(isPassing ? "Look whether the brokers run." : "The brokers' own log says more.")}",
        failure,
        isPassing)
    {
        AreRetriesUsedUp = isPassing,
    };

    private static SessionizeException Denied(string on, string rights) =>
        new($"Kafka does not let this user at {on}: ask for the right to {rights}.");

    /// <summary>Whether the brokers told in an alert of TLS that they do not take our certificate.</summary>
    /// <remarks>
    /// With TLS 1.3 that comes behind the handshake, and librdkafka reports a broken connection: only its text has the number (RFC 8446, section 6).
    /// </remarks>
    private static bool IsRefusalOfOurCertificate(Error error) =>
        error.Code is ErrorCode.Local_Ssl or ErrorCode.Local_Transport && CertificateAlert().IsMatch(error.Reason ?? "");

    [GeneratedRegex("SSL alert number (?:4[2-68]|116)\\b", RegexOptions.CultureInvariant)]
    private static partial Regex CertificateAlert();

    private static string Detail(Error error) => $"it says: {Sentence(error.Reason)}";

    private static string Sentence(string text) => $"{text.TrimEnd('.', ' ', '\n')}.";
}
