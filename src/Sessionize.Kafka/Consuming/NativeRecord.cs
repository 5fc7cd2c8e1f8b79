using System.Runtime.InteropServices;

namespace Sessionize.Kafka.Consuming;

/// <summary>A record as librdkafka holds it: <c>rd_kafka_message_t</c>, a part of its public interface.</summary>
/// <param name="Error">The error code, or 0.</param>
/// <param name="Topic">The topic's handle, or 0.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Value">Where the value stands, or 0; for an error its text.</param>
/// <param name="ValueLength">How long it is.</param>
/// <param name="Key">Where the key stands, or 0.</param>
/// <param name="KeyLength">How long it is.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Opaque">librdkafka's own business.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeRecord(
    int Error, nint Topic, int Partition, nint Value, nint ValueLength, nint Key, nint KeyLength, long Offset, nint Opaque);
