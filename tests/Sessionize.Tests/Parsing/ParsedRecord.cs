namespace Sessionize.Tests.Parsing;

/// <summary>What was made of a record: a reason, or the fields of an event, of which an absent one is empty.</summary>
internal sealed record ParsedRecord(
    BadEventReason Reason, string UserId = "", long TimestampMs = 0, string PageName = "", string EventId = "", string Geo = "", string City = "");
