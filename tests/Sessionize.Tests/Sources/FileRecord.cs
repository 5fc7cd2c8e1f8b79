namespace Sessionize.Tests.Sources;

/// <summary>A record as a source gave it; the text holds one character a byte.</summary>
internal sealed record FileRecord(string Source, long Line, long ByteOffset, BadEventReason Reason, string Raw);
