using System.Text;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>A record as the source gave it.</summary>
internal sealed record EventRow(string Source, long Position, BadEventReason Reason, string User, long Time, string Page, string Id, string Fields)
{
    /// <summary>What a dead letter shows of a bad one.</summary>
    public string Raw { get; private init; } = "";

    public static EventRow Of(EventBatch batch, int row) => new(
        batch.Partition,
        batch.Origin(row).Position,
        batch.Reason(row),
        Encoding.UTF8.GetString(batch.UserId(row)),
        batch.TimestampMs(row),
        Encoding.UTF8.GetString(batch.PageName(row)),
        Encoding.UTF8.GetString(batch.EventId(row)),
        string.Join('|', Enumerable.Range(0, batch.Retained.Count).Select(slot => Encoding.UTF8.GetString(batch.Field(row, slot)))))
    {
        Raw = batch.Reason(row) == BadEventReason.None ? "" : Encoding.UTF8.GetString(batch.ToDeadLetter(row, "").Raw.Span),
    };
}
