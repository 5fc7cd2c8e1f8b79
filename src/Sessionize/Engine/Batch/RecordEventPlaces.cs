namespace Sessionize.Engine.Batch;

/// <summary>The places of events that came in batches, with their ids.</summary>
/// <param name="nameOf">Names a partition by its rank.</param>
internal sealed class RecordEventPlaces(Func<int, string> nameOf) : IEventPlaces
{
    public (int Partition, long Position) Locate(long narrowPosition) =>
        throw new InvalidOperationException("Events that came in batches are not narrow.");

    public byte[] ReadEventId(int partition, long position) =>
        throw new InvalidOperationException("Events that came in batches have their ids with them.");

    public string Describe(int partition, long position) => $"{nameOf(partition)}, position {position}";
}
