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
    private const int MostNumberBytes = 10;

    /// <summary>How many bytes an event takes at most.</summary>
    public static int MostBytes(int idBytes) => 1 + (6 * MostNumberBytes) + idBytes;

    /// <summary>Writes an event.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Write(Span<byte> to, in RetainedEvent e, ReadOnlySpan<byte> id, long beforeMs, long beforePosition)
    {
        int at = 1;
        Write(to, ref at, unchecked((ulong)(e.TimestampMs - beforeMs)));
        WriteSigned(to, ref at, unchecked(e.Position - beforePosition));
        int has = 0;
        if (e.PageName != TextTable.None)
        {
            has |= HasPage;
            Write(to, ref at, (uint)e.PageName);
        }

        if (e.Fields != TextTable.None)
        {
            has |= HasFields;
            Write(to, ref at, (uint)e.Fields);
        }

        if (e.Partition != 0)
        {
            has |= HasPartition;
            WriteSigned(to, ref at, e.Partition);
        }

        if (!id.IsEmpty)
        {
            has |= HasId;
            Write(to, ref at, (uint)id.Length);
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
        e.PageName = (has & HasPage) != 0 ? (int)Read(from, ref at) : TextTable.None;
        e.Fields = (has & HasFields) != 0 ? (int)Read(from, ref at) : TextTable.None;
        e.Partition = (has & HasPartition) != 0 ? (int)ReadSigned(from, ref at) : 0;
        if ((has & HasId) != 0)
        {
            int length = (int)Read(from, ref at);
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
            while (from[at++] >= 0x80)
            {
            }
        }

        if ((has & HasId) != 0)
        {
            int length = (int)Read(from, ref at);
            at += length;
        }
    }

    private static int ReadPlace(ReadOnlySpan<byte> from, ref int at, ref long timestampMs, ref long position)
    {
        int has = from[at++];
        timestampMs = unchecked(timestampMs + (long)Read(from, ref at));
        position = unchecked(position + ReadSigned(from, ref at));
        return has;
    }

    public static void WriteSigned(Span<byte> to, ref int at, long value) => Write(to, ref at, (ulong)((value << 1) ^ (value >> 63)));

    public static long ReadSigned(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = Read(from, ref at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public static void Write(Span<byte> to, ref int at, ulong value)
    {
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
    }

    public static ulong Read(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = from[at++];
        if (value < 0x80)
        {
            return value;
        }

        value &= 0x7F;
        for (int shift = 7; ; shift += 7)
        {
            ulong part = from[at++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
