using Confluent.Kafka;
using Sessionize.Kafka;

namespace KafkaToIceberg;

/// <summary>A broker inside this process that has the clicks of samples/data.</summary>
internal static class DemoBroker
{
    public static EmbeddedKafkaBroker Start(string topic)
    {
        EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start([topic]);
        ProducerConfig settings = new() { BootstrapServers = broker.BootstrapServers };
        using IProducer<string, string> shop = new ProducerBuilder<string, string>(settings).Build();
        foreach (string[] c in File.ReadLines("samples/data/shop.csv").Select(line => line.Split(',')))      // shopper,milliseconds,page
        {
            string click = $$"""{"uuid":"{{c[0]}}","event_timestamp":{{c[1]}},"page_name":"{{c[2]}}"}""";
            shop.Produce(topic, new Message<string, string> { Key = c[0], Value = click });                  // one partition for each shopper
        }

        shop.Flush();
        return broker;
    }
}
