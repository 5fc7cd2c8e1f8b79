using Confluent.Kafka;
using Sessionize.Kafka.Cluster;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>A client that destroyed itself is replaced, and not destroyed again: that would end the process of the tests. To be disposed of leaves it in the same state.</summary>
public sealed class LastingAdminClientTests
{
    [Fact]
    public void Current_ClientThatDestroyedItself_IsReplacedByOneThatAnswers()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        using LastingAdminClient clients = new(() => Make(broker));
        IAdminClient first = clients.Current;
        Assert.Same(first, clients.Current);

        first.Dispose();

        Assert.NotSame(first, clients.Current);
        Assert.Contains(clients.Current.GetMetadata(TimeSpan.FromSeconds(30)).Topics, topic => topic.Topic == "clicks");
    }

    [Fact]
    public void Dispose_ClientThatDestroyedItself_IsLeftAlone()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        LastingAdminClient clients = new(() => Make(broker));
        clients.Current.Dispose();

        clients.Dispose();
        clients.Dispose();

        Assert.Throws<ObjectDisposedException>(() => clients.Current);
    }

    private static IAdminClient Make(EmbeddedKafkaBroker broker) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
}
