namespace Sessionize.Engine;

/// <summary>Retained events and numbers as few bytes: about eight for an event, and its id.</summary>
/// <remarks>
/// An event is a byte that says what it has, then its time and position as distances to those of the event before, then the numbers of its texts,
/// LEB128 all of them; the event id stands there itself. Only memory has this form: what checkpoints hold has a format of its own.
/// </remarks>
internal static class EventPacking
{
    private const int HasPage = 1;
    private const int HasId = 2;
    private const int HasFields = 4;
    private const int HasPartition = 8;

    /// <summary>How many bytes an event takes at most.</summary>
    public static int MostBytes(int idBytes) => 1 + (6 * Leb128.MostBytes) + idBytes;

    /// <summary>Writes an event.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Write(Span<byte> to, in RetainedEvent e, ReadOnlySpan<byte> id, long beforeMs, long beforePosition)
    {
        int at = 1;
        Leb128.Write(to, ref at, unchecked((ulong)(e.TimestampMs - beforeMs)));
        Leb128.WriteSigned(to, ref at, unchecked(e.Position - beforePosition));
        int has = 0;
        if (e.PageName != TextTable.None)
        {
            has |= HasPage;
            Leb128.Write(to, ref at, (uint)e.PageName);
        }

        if (e.Fields != TextTable.None)
        {
            has |= HasFields;
            Leb128.Write(to, ref at, (uint)e.Fields);
        }

        if (e.Partition != 0)
        {
            has |= HasPartition;
            Leb128.WriteSigned(to, ref at, e.Partition);
        }

        if (!id.IsEmpty)
        {
            has |= HasId;
            Leb128.Write(to, ref at, (uint)id.Length);
            id.CopyTo(to[at..]);
            at += id.Length;
        }

        to[0] = (byte)has;
        return at;
    }

    /// <summary>Reads an event; its id goes to the buffer of the texts.</summary>
    public static RetainedEvent Read(ReadOnlySpan<byte> from, ref int at, long beforeMs, long beforePosition, VisitTexts texts)
    {
        RetainedEvent e = new() { TimestampMs = beforeMs, Position = beforePosition, EventId = TextTable.None };
        int has = ReadPlace(from, ref at, ref e.TimestampMs, ref e.Position);
        e.PageName = (has & HasPage) != 0 ? (int)Leb128.Read(from, ref at) : TextTable.None;
        e.Fields = (has & HasFields) != 0 ? (int)Leb128.Read(from, ref at) : TextTable.None;
        e.Partition = (has & HasPartition) != 0 ? (int)Leb128.ReadSigned(from, ref at) : 0;
        if ((has & HasId) != 0)
        {
            int length = (int)Leb128.Read(from, ref at);
            e.EventId = texts.Keep(from.Slice(at, length));
            at += length;
        }

        return e;
    }

    /// <summary>Passes over an event, moving time and position on to it.</summary>
    public static void Skip(ReadOnlySpan<byte> from, ref int at, ref long timestampMs, ref long position)
    {
        int has = ReadPlace(from, ref at, ref timestampMs, ref position);
        for (int numbers = has & (HasPage | HasFields | HasPartition); numbers != 0; numbers &= numbers - 1)
        {
            Leb128.Skip(from, ref at);
        }

        if ((has & HasId) != 0)
        {
            int length = (int)Leb128.Read(from, ref at);
            at += length;
        }
    }

    private static int ReadPlace(ReadOnlySpan<byte> from, ref int at, ref long timestampMs, ref long position)
    {
        int has = from[at++];
        timestampMs = unchecked(timestampMs + (long)Leb128.Read(from, ref at));
        position = unchecked(position + Leb128.ReadSigned(from, ref at));
        return has;
    }
}
