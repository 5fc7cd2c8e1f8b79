using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sessionize.Engine;

namespace Sessionize.State;

/// <summary>Writes a part of a lane's state: blocks with length and CRC-32C, each with texts of its own, so that each stands alone. Then, if wanted, another one.</summary>
/// <param name="expectedBytes">About how long the part will be: where that is known, nothing is copied to grow.</param>
internal sealed class StateWriter(int expectedBytes = StateWriter.BlockBytes)
{
    private const int BlockBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _file = new(expectedBytes);
    private byte[] _block = new byte[BlockBytes + (BlockBytes / 4)];
    private int _used;

    // The texts of the block that may come again, and the number that the block has for each.
    private readonly TextTable _known = new();
    private int[] _numberOf = new int[16];
    private int _numbers;

    /// <summary>How long a part may become without a copy.</summary>
    public int Capacity => _file.Capacity;

    /// <summary>Takes in what is written, until it is set to <see langword="null"/>.</summary>
    public VisitDigest? Digest { get; set; }

    public void WriteNumber(long value)
    {
        Digest?.Add(value);
        Put(value);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Digest?.Add(bytes);
        Put(bytes);
    }

    public void WriteString(string text) => WriteBytes(Encoding.UTF8.GetBytes(text));

    public void WriteStrings(IReadOnlyList<string> list)
    {
        WriteNumber(list.Count);
        foreach (string text in list)
        {
            WriteString(text);
        }
    }

    /// <summary>Writes a text: 0 for none, the number of one that the block has already, or the next number and its bytes.</summary>
    public void WriteText(ReadOnlySpan<byte> text)
    {
        Digest?.Add(text);
        if (text.IsEmpty)
        {
            Put(0);
            return;
        }

        int before = _known.Count;
        int id = _known.Add(text);
        if (_known.Count == before)
        {
            Put(_numberOf[id]);
            return;
        }

        if (id >= _numberOf.Length)
        {
            Array.Resize(ref _numberOf, _numberOf.Length * 2);
        }

        _numberOf[id] = _numbers + 1;
        PutNew(text);
    }

    /// <summary>Writes a text that hardly comes again, such as an event's id: nobody looks whether the block has it.</summary>
    public void WriteRareText(ReadOnlySpan<byte> text)
    {
        Digest?.Add(text);
        if (text.IsEmpty)
        {
            Put(0);
            return;
        }

        PutNew(text);
    }

    /// <summary>Ends a record; a full block is closed.</summary>
    public void EndRecord()
    {
        if (_used >= BlockBytes)
        {
            EndBlock();
        }
    }

    public void EndBlock()
    {
        if (_used == 0)
        {
            return;
        }

        Span<byte> frame = _file.GetSpan(8 + _used);
        BinaryPrimitives.WriteInt32LittleEndian(frame, _used);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(_block.AsSpan(0, _used)));
        _block.AsSpan(0, _used).CopyTo(frame[8..]);
        _file.Advance(8 + _used);
        _used = 0;
        _known.Clear();
        _numbers = 0;
    }

    /// <summary>Begins another part, in the memory of the one before.</summary>
    public void Clear() => _file.ResetWrittenCount();

    /// <summary>Ends the part with an empty block, by which a cut file is known.</summary>
    /// <returns>The part; valid until <see cref="Clear"/>.</returns>
    public ReadOnlyMemory<byte> Complete()
    {
        EndBlock();
        _file.GetSpan(8)[..8].Clear();
        _file.Advance(8);
        return _file.WrittenMemory;
    }

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    /// <summary>Writes bytes in front of all blocks.</summary>
    public void WriteMagic(ReadOnlySpan<byte> magic, int version)
    {
        _file.Write(magic);
        Span<byte> number = _file.GetSpan(4);
        BinaryPrimitives.WriteInt32LittleEndian(number, version);
        _file.Advance(4);
    }

    private void PutNew(ReadOnlySpan<byte> text)
    {
        Put(++_numbers);
        Put(text);
    }

    private void Put(long value)
    {
        Reserve(Leb128.MostBytes);
        Leb128.WriteSigned(_block, ref _used, value);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        Put(bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_block.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Reserve(int bytes)
    {
        if (_block.Length - _used < bytes)
        {
            Array.Resize(ref _block, checked(Math.Max(_used + bytes, _block.Length * 2)));
        }
    }
}
