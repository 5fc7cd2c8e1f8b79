namespace Sessionize.Tests.Parsing;

/// <summary>What storage, networks and half-finished writes do to records.</summary>
internal static class RecordDamage
{
    private static readonly byte[] s_bytes =
    [
        .. "\"\\{}[]:,/ 019-.eEuntf\r\t\n"u8, 0x00, 0x0B, 0x1F, 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xEF, 0xF0, 0xF4, 0xFF,
    ];

    /// <summary>Damages a record once.</summary>
    /// <param name="record">The record; it stays as it is.</param>
    /// <param name="other">Another record, a part of which may get into this one.</param>
    /// <param name="random">Decides how and where.</param>
    public static byte[] Apply(byte[] record, byte[] other, Random random)
    {
        int at = random.Next(record.Length + 1);
        int end = Math.Min(record.Length, at + random.Next(1, 9));
        switch (random.Next(10))
        {
            case 0 when record.Length > 0:
                byte[] flipped = [.. record];
                flipped[random.Next(record.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1 or 2 when record.Length > 0:
                byte[] replaced = [.. record];
                replaced[random.Next(record.Length)] = Byte(random);
                return replaced;
            case 3:
                return record[..at];
            case 4:
                return [.. record[..at], .. record[end..]];
            case 5:
                return [.. record[..end], .. record[at..]];
            case 6:
                return [.. record[..at], Byte(random), .. record[at..]];
            case 7:
                int middle = random.Next(at, record.Length + 1);
                int last = random.Next(middle, record.Length + 1);
                return [.. record[..at], .. record[middle..last], .. record[at..middle], .. record[last..]];
            case 8:
                return record[random.Next(at + 1)..];
            default:
                // A torn write: the end of another record behind the start of this one.
                return [.. record[..at], .. other.AsSpan(random.Next(other.Length + 1))];
        }
    }

    private static byte Byte(Random random) => s_bytes[random.Next(s_bytes.Length)];
}
