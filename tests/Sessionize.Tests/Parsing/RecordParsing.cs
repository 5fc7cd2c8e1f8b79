using System.Text;
using Sessionize.Parsing;

namespace Sessionize.Tests.Parsing;

/// <summary>Parses records into a batch and reads the batch; beside the event's own fields it keeps <c>geo</c> and <c>geo.city</c>.</summary>
internal sealed class RecordParsing
{
    public const string Geo = "geo";
    public const string City = "geo.city";

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly JsonEventParser _parser;
    private readonly EventBatch _batch;

    public RecordParsing(TimeFormat format = TimeFormat.Milliseconds, EventFieldNames? names = null)
    {
        EventFields retained = EventField.Of(Geo) | EventField.Of(City);
        _parser = new JsonEventParser(new SessionizationOptions { TimeFormat = format, Fields = names ?? new EventFieldNames() }, retained);
        _batch = new EventBatch(retained);
    }

    public ParsedRecord Parse(string record) => Parse(Encoding.UTF8.GetBytes(record));

    public ParsedRecord Parse(ReadOnlySpan<byte> record)
    {
        _batch.Begin("records");
        _batch.AddRecord(new RecordOrigin(1), record, _parser);
        BadEventReason reason = _batch.Reason(0);
        return reason != BadEventReason.None
            ? new ParsedRecord(reason)
            : new ParsedRecord(
                reason,
                s_strict.GetString(_batch.UserId(0)),
                _batch.TimestampMs(0),
                s_strict.GetString(_batch.PageName(0)),
                s_strict.GetString(_batch.EventId(0)),
                s_strict.GetString(_batch.Field(0, 0)),
                s_strict.GetString(_batch.Field(0, 1)));
    }
}
