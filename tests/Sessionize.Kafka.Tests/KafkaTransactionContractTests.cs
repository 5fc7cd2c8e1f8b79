using Sessionize.Kafka.Tests.Support;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>The contract of sinks, on a real broker.</summary>
public sealed class KafkaTransactionContractTests(KafkaBroker broker)
{
    [Fact]
    public async Task Contract_OfSinks_Holds()
    {
        await broker.StartAsync();

        await SessionSinkContract.VerifyAsync(
            () =>
            {
                SessionTopic topic = SessionTopic.New(broker);
                return new SessionSinkPlace(() => topic.Open(), _ => new(topic.Sessions()));
            },
            TimeLimit.Of(400));
    }
}
