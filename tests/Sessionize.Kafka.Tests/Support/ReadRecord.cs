namespace Sessionize.Kafka.Tests.Support;

/// <summary>A record as a source gave it.</summary>
internal readonly record struct ReadRecord(string Partition, long Position, string User, long TimestampMs, BadEventReason Reason, long ArrivalMs);
