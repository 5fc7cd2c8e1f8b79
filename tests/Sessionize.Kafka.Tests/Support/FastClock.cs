namespace Sessionize.Kafka.Tests.Support;

/// <summary>A clock on which ten seconds take one: patience is over sooner, while pauses are as long as ever.</summary>
internal sealed class FastClock : TimeProvider
{
    public override long GetTimestamp() => 10 * base.GetTimestamp();
}
