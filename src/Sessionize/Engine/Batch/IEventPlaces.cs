namespace Sessionize.Engine.Batch;

/// <summary>Knows where the events of a run came from.</summary>
internal interface IEventPlaces
{
    /// <summary>Where a position through all inputs lies.</summary>
    (int Partition, long Position) Locate(long narrowPosition);

    /// <summary>Reads an event's id again. Safe for use by several threads.</summary>
    /// <returns>The id; empty when there is none.</returns>
    /// <exception cref="SessionizeException">The input changed, or cannot be read any more.</exception>
    byte[] ReadEventId(int partition, long position);

    /// <summary>Names a place in a message.</summary>
    string Describe(int partition, long position);
}
