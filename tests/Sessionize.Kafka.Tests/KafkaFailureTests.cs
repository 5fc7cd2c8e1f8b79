using Confluent.Kafka;
using Sessionize.Kafka.Cluster;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaFailureTests
{
    // As librdkafka says it: with TLS 1.2 in the handshake, with 1.3 behind it.
    [Theory]
    [InlineData(ErrorCode.Local_Ssl, "SSL handshake failed: error:0A000412:SSL routines::ssl/tls alert bad certificate: SSL alert number 42", true)]
    [InlineData(ErrorCode.Local_Transport, "Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert number 116 (after 6ms in state APIVERSION_QUERY)", true)]
    [InlineData(ErrorCode.Local_Transport, "Receive failed: error:0A000418:SSL routines::tlsv1 alert unknown ca: SSL alert number 48", true)]
    [InlineData(ErrorCode.Local_Transport, "Receive failed: error:0A000438:SSL routines::tlsv1 alert internal error: SSL alert number 80", false)]
    [InlineData(ErrorCode.Local_Transport, "Connect to ipv4#127.0.0.1:42 failed: Connection refused", false)]
    [InlineData(ErrorCode.Local_Ssl, "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed", false)]
    public void Unavailable_AlertAboutOurCertificate_AsksForOne(ErrorCode code, string reason, bool isAboutOurs)
    {
        Error error = new(code, reason);

        SessionizeException failure = KafkaFailure.Unavailable("broker:9093", TimeSpan.FromSeconds(1), error, null);

        Assert.Equal(isAboutOurs, failure.Message.Contains("ssl.keystore.location", StringComparison.Ordinal));
        Assert.Equal(isAboutOurs || code == ErrorCode.Local_Ssl, KafkaFailure.IsRefusal(error));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }
}
