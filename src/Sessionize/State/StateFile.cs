using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Sessionize.State;

/// <summary>What stands around the content in a version's file, so that a cut, changed, foreign or renamed file is known.</summary>
/// <remarks>docs/design/0013-state-files.md has the bytes.</remarks>
/// <param name="Lane">The lane.</param>
/// <param name="Version">The version; the file's name.</param>
/// <param name="BasedOn">The version that this one is a delta to.</param>
/// <param name="Kept">The confirmed versions that its writer knew, oldest first, and what they are based on, each behind its base.</param>
/// <param name="SweptMs">When the lane's folder was last looked through, in milliseconds since the Unix epoch.</param>
internal sealed record StateFile(LaneId Lane, StateVersion Version, StateVersion? BasedOn, IReadOnlyList<KeptVersion> Kept, long SweptMs)
{
    /// <summary>The format that is written; a newer one is refused.</summary>
    public const int FormatVersion = 1;

    private const int FrontBytes = 16;
    private const int BackBytes = 32;
    private const int HashBytes = 16;

    private static ReadOnlySpan<byte> Magic => "SZSTOR\r\n"u8;

    private static ReadOnlySpan<byte> EndMark => "SZEND.\r\n"u8;

    /// <summary>Writes what stands before the content.</summary>
    public void WriteFront(IBufferWriter<byte> file)
    {
        ArrayBufferWriter<byte> header = new();
        WriteNumber(header, Lane.Number);
        WriteText(header, Version.Name);
        WriteText(header, BasedOn?.Name ?? "");
        WriteNumber(header, SweptMs);
        WriteNumber(header, Kept.Count);
        Dictionary<StateVersion, int> places = [];
        foreach (KeptVersion kept in Kept)
        {
            WriteText(header, kept.Version.Name);
            WriteNumber(header, kept.BasedOn is { } basedOn ? places[basedOn] : 0);
            WriteNumber(header, kept.IsConfirmed ? 1 : 0);
            places.Add(kept.Version, places.Count + 1);
        }

        Span<byte> front = file.GetSpan(FrontBytes)[..FrontBytes];
        Magic.CopyTo(front);
        BinaryPrimitives.WriteInt32LittleEndian(front[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(front[12..], header.WrittenCount);
        file.Advance(FrontBytes);
        file.Write(header.WrittenSpan);
    }

    /// <summary>Writes what stands behind the content.</summary>
    /// <param name="file">The file so far, front and content.</param>
    /// <param name="contentBytes">The length of the content.</param>
    public static void WriteBack(ArrayBufferWriter<byte> file, long contentBytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(file.GetSpan(8), contentBytes);
        file.Advance(8);
        Span<byte> back = file.GetSpan(BackBytes - 8)[..(BackBytes - 8)];
        XxHash128.Hash(file.WrittenSpan, back);
        EndMark.CopyTo(back[HashBytes..]);
        file.Advance(back.Length);
    }

    /// <summary>Reads a file, and checks every byte of it.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer format.</exception>
    public static StateFile Read(ReadOnlyMemory<byte> file, out ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < Magic.Length || !bytes.StartsWith(Magic))
        {
            throw new InvalidDataException($"it has {bytes.Length} bytes and does not begin as a state file does");
        }

        // Looked at before anything whose place another format may change.
        if (bytes.Length >= FrontBytes && BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is > FormatVersion and var newer && bytes.EndsWith(EndMark))
        {
            throw new InvalidDataException($"it has the format version {newer}, and this version of the library reads up to {FormatVersion}");
        }

        if (bytes.Length < FrontBytes + BackBytes || !bytes.EndsWith(EndMark))
        {
            throw new InvalidDataException($"it has {bytes.Length} bytes and does not end as a state file does: it was cut off, or something was appended");
        }

        ReadOnlySpan<byte> hashed = bytes[..^(BackBytes - 8)];
        if (!XxHash128.Hash(hashed).AsSpan().SequenceEqual(bytes[hashed.Length..(hashed.Length + HashBytes)]))
        {
            throw new InvalidDataException($"the checksum of its {bytes.Length} bytes is wrong");
        }

        // From here on the bytes are those that were written.
        int headerBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        long contentBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[(hashed.Length - 8)..]);
        if (headerBytes < 0 || FrontBytes + headerBytes + contentBytes + BackBytes != bytes.Length)
        {
            throw new InvalidDataException($"its {bytes.Length} bytes are not those of a header of {headerBytes} and a content of {contentBytes}");
        }

        content = file.Slice(FrontBytes + headerBytes, (int)contentBytes);
        return ReadHeader(bytes.Slice(FrontBytes, headerBytes));
    }

    private static StateFile ReadHeader(ReadOnlySpan<byte> header)
    {
        LaneId lane = new((int)ReadNumber(ref header));
        StateVersion version = new(ReadText(ref header));
        string basedOn = ReadText(ref header);
        long sweptMs = ReadNumber(ref header);
        KeptVersion[] kept = new KeptVersion[ReadNumber(ref header)];
        for (int i = 0; i < kept.Length; i++)
        {
            StateVersion name = new(ReadText(ref header));
            long place = ReadNumber(ref header);
            kept[i] = new KeptVersion(name, place == 0 ? null : kept[place - 1].Version, ReadNumber(ref header) == 1);
        }

        return new StateFile(lane, version, basedOn.Length == 0 ? null : new StateVersion(basedOn), kept, sweptMs);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> target, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target.GetSpan(8), number);
        target.Advance(8);
    }

    private static void WriteText(ArrayBufferWriter<byte> target, string text)
    {
        WriteNumber(target, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, target);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> source)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(source);
        source = source[8..];
        return number;
    }

    private static string ReadText(ref ReadOnlySpan<byte> source)
    {
        int length = (int)ReadNumber(ref source);
        string text = Encoding.UTF8.GetString(source[..length]);
        source = source[length..];
        return text;
    }
}
