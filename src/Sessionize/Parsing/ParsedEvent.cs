namespace Sessionize.Parsing;

/// <summary>An event as a parser found it: its texts stand in the block, or in the parser's scratch where escapes were resolved.</summary>
internal unsafe struct ParsedEvent
{
    public byte* UserId;
    public byte* PageName;
    public byte* EventId;

    /// <summary>The declared fields, one a slot; absent ones have the length 0.</summary>
    public ParsedText* Fields;

    public int UserIdLength;
    public int PageNameLength;
    public int EventIdLength;
    public long TimestampMs;
}
