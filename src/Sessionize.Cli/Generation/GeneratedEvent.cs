using System.Buffers.Binary;

namespace Sessionize.Cli.Generation;

/// <summary>An event, before it is written.</summary>
/// <param name="TimeMs">Its time.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Page">The page.</param>
/// <param name="From">The page before it in the visit; <see langword="null"/>: the visitor came from somewhere else.</param>
/// <param name="Number">What its id is made of.</param>
internal readonly record struct GeneratedEvent(long TimeMs, string User, string Page, string? From, ulong Number)
{
    /// <summary>Its id: equal numbers, equal ids; and in the form of a random UUID.</summary>
    public Guid Id
    {
        get
        {
            ulong low = new Dice(Number, 0).Next();
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, Number);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes, bigEndian: true);
        }
    }
}
