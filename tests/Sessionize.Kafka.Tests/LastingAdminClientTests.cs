using Confluent.Kafka;
using Sessionize.Kafka.Cluster;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>A client that destroyed itself is replaced, and not destroyed again: that would end the process of the tests. To be disposed of leaves it in the same state.</summary>
public sealed class LastingAdminClientTests
{
    [Fact]
    public void Use_ClientThatDestroyedItself_IsReplacedByOneThatAnswers()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        using LastingAdminClient clients = new(() => Make(broker));
        IAdminClient first = clients.Use(client => client);
        Assert.Same(first, clients.Use(client => client));

        first.Dispose();

        Assert.NotSame(first, clients.Use(client => client));
        Assert.Contains(clients.Use(client => client.GetMetadata(TimeSpan.FromSeconds(30))).Topics, topic => topic.Topic == "clicks");
    }

    [Fact]
    public void Dispose_ClientThatDestroyedItself_IsLeftAlone()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        LastingAdminClient clients = new(() => Make(broker));
        clients.Use(client => client).Dispose();

        clients.Dispose();
        clients.Dispose();

        Assert.Throws<ObjectDisposedException>(() => clients.Use(client => client));
    }

    [Fact]
    public async Task Dispose_CallThatIsUnderWay_IsWaitedFor()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        LastingAdminClient clients = new(() => Make(broker));
        using ManualResetEventSlim isIn = new();
        using ManualResetEventSlim goOn = new();
        Task<int> call = Task.Run(() => clients.Use(client =>
        {
            isIn.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            return client.GetMetadata(TimeSpan.FromSeconds(30)).Topics.Count;
        }), TestContext.Current.CancellationToken);
        isIn.Wait(TestContext.Current.CancellationToken);

        Task disposing = Task.Run(clients.Dispose, TestContext.Current.CancellationToken);
        while (!IsDisposed())
        {
            await Task.Yield();
        }

        goOn.Set();
        Assert.Equal(1, await call);
        await disposing;

        bool IsDisposed()
        {
            try
            {
                clients.Use(client => client);
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    private static IAdminClient Make(EmbeddedKafkaBroker broker) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
}
