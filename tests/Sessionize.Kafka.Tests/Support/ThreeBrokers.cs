namespace Sessionize.Kafka.Tests.Support;

/// <summary>A cluster of three brokers whose TLS listeners let only those in who show a certificate. Topics have three replicas, of which two have to have each record.</summary>
public sealed class ThreeBrokers : IAsyncDisposable
{
    /// <summary>The cluster.</summary>
    public KafkaBroker Cluster { get; } = new("--brokers", "3", "--ssl-client-auth", "required");

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
