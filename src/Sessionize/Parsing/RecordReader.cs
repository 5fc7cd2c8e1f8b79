namespace Sessionize.Parsing;

/// <summary>Adds records to batches, JSON at the speed of comparing it with the records before (<c>docs/design/0007-template-parser.md</c>).</summary>
/// <remarks>Not thread-safe, unlike the parser: one for each thread that fills batches.</remarks>
/// <param name="parser">Says what an event is.</param>
internal sealed class RecordReader(IEventParser parser)
{
    private readonly TemplateLineParser? _templates = parser is JsonEventParser json ? new TemplateLineParser(json, maxLineBytes: int.MaxValue) : null;

    /// <summary>Adds a record.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="origin">Where the record stands.</param>
    /// <param name="record">Its bytes.</param>
    public void Add(EventBatch batch, in RecordOrigin origin, ReadOnlySpan<byte> record)
    {
        // Templates know lines, which end at the first line feed. A record may hold some, as JSON over several lines does. And of a very long
        // one the batch keeps the beginning only.
        if (_templates is null || record.IsEmpty || record.Length > DeadLetter.MaxRawBytes || record[..^1].Contains((byte)'\n'))
        {
            batch.AddRecord(origin, record, parser);
        }
        else
        {
            batch.AddLine(origin, record, _templates);
        }
    }
}
