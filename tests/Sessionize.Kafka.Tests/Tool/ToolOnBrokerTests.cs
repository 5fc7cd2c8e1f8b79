using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>Tests of the tool as a process: a real broker, and a folder that each of them works in.</summary>
public abstract class ToolOnBrokerTests(KafkaBroker broker) : IAsyncLifetime
{
    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected KafkaBroker Broker { get; } = broker;

    private protected TemporaryFolder Folder { get; } = new();

    public async ValueTask InitializeAsync() => await Broker.StartAsync();

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }
}
