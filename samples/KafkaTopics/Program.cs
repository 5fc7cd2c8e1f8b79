using Confluent.Kafka;
using Sessionize;
using Sessionize.Kafka;

// A broker inside this process; a real one needs no other code than its address.
using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks", "sessions"]);
string servers = broker.BootstrapServers;

using (IProducer<string, string> shop = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = servers }).Build())
{
    foreach (string[] c in File.ReadLines("samples/data/shop.csv").Select(line => line.Split(',')))      // shopper,milliseconds,page
    {
        string click = $$"""{"uuid":"{{c[0]}}","event_timestamp":{{c[1]}},"page_name":"{{c[2]}}"}""";
        shop.Produce("clicks", new Message<string, string> { Key = c[0], Value = click });               // one partition for each shopper
    }

    shop.Flush();
}

SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
    .FromKafka(kafka => (kafka.BootstrapServers, kafka.Topic) = (servers, "clicks"))
    .WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll()))                                               // left out: it goes on for ever
    .UpsertToKafka(topic => (topic.BootstrapServers, topic.Topic) = (servers, "sessions")));
await using (SessionizationPipeline pipeline = new(definition))
{
    await pipeline.RunAsync();
}

using IConsumer<string, string> reader = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = servers, GroupId = "reader" }).Build();
reader.Assign(Enumerable.Range(0, EmbeddedKafkaBroker.PartitionsPerTopic).Select(n => new TopicPartitionOffset("sessions", n, Offset.Beginning)));
List<string> ids = [];
while (reader.Consume(TimeSpan.FromSeconds(2)) is { } session)
{
    ids.Add(session.Message.Key);
}

Console.WriteLine($"{ids.Count} sessions in the topic, {ids.Distinct().Count()} ids, of one shopper:");
Console.WriteLine(string.Join(Environment.NewLine, ids.Where(id => id.StartsWith("shopper-02_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
