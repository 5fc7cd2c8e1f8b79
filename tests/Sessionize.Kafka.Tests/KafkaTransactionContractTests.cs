using Confluent.Kafka;
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
        string name = await broker.CreateTopicAsync(1, broker.NewName("sessions"));
        SessionTopic topic = new(broker, name);
        int places = 0;
        List<Task> closing = [];

        // Brokers take their time to make a topic, and the suite wants dozens of places: each is what comes after the others, under a name of its own.
        await SessionSinkContract.VerifyAsync(
            () =>
            {
                string place = $"place-{++places}-";
                long start = topic.Read(IsolationLevel.ReadUncommitted).LastOrDefault()?.Offset.Value + 1 ?? 0;
                return new SessionSinkPlace(() => new PlacedSink(topic.Open(), place, closing), _ => ReadAsync(topic, start));
            },
            TimeLimit.Of(400));
        await Task.WhenAll(closing);
    }

    private static async ValueTask<IReadOnlyList<Session>> ReadAsync(SessionTopic topic, long start)
    {
        await topic.SettleAsync(partitions: 1);
        return topic.Sessions(start);
    }
}
