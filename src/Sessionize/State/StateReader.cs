using System.Buffers.Binary;
using System.Text;
using Sessionize.Engine;

namespace Sessionize.State;

/// <summary>Reads a part of a lane's state, checking every block before a byte of it is used.</summary>
internal ref struct StateReader
{
    private readonly TextTable _texts;
    private readonly List<int> _known = [];
    private ReadOnlySpan<byte> _file;
    private ReadOnlySpan<byte> _block;

    /// <exception cref="InvalidDataException">The magic is not the expected one.</exception>
    public StateReader(ReadOnlySpan<byte> file, ReadOnlySpan<byte> magic, TextTable texts)
    {
        _texts = texts;
        if (file.Length < magic.Length + 4 || !file.StartsWith(magic))
        {
            throw new InvalidDataException("it does not begin as a state file does");
        }

        FormatVersion = BinaryPrimitives.ReadInt32LittleEndian(file[magic.Length..]);
        _file = file[(magic.Length + 4)..];
    }

    public int FormatVersion { get; }

    /// <summary>Whether the block has more records; at its end the texts of the block are released.</summary>
    public readonly bool HasMore => !_block.IsEmpty;

    /// <summary>Goes to the next block.</summary>
    /// <returns>Whether there is one; <see langword="false"/> at the proper end of the part.</returns>
    public bool NextBlock()
    {
        ReleaseTexts();
        if (_file.Length < 8)
        {
            throw new InvalidDataException("it ends too early");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(_file);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(_file[4..]);
        _file = _file[8..];
        if (length == 0)
        {
            if (checksum != 0 || !_file.IsEmpty)
            {
                throw new InvalidDataException("it has bytes behind its end");
            }

            return false;
        }

        if (length < 0 || length > _file.Length)
        {
            throw new InvalidDataException("it ends too early");
        }

        _block = _file[..length];
        _file = _file[length..];
        if (StateWriter.Checksum(_block) != checksum)
        {
            throw new InvalidDataException("a block's checksum is wrong");
        }

        return true;
    }

    public long ReadNumber()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = _block[0];
            _block = _block[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        int length = (int)ReadNumber();
        ReadOnlySpan<byte> bytes = _block[..length];
        _block = _block[length..];
        return bytes;
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    public string[] ReadStrings()
    {
        string[] list = new string[(int)ReadNumber()];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = ReadString();
        }

        return list;
    }

    /// <summary>Reads a text; the caller holds a reference to it.</summary>
    public int ReadText()
    {
        int number = (int)ReadNumber();
        if (number == 0)
        {
            return TextTable.None;
        }

        if (number > _known.Count)
        {
            _known.Add(_texts.Add(ReadBytes()));
        }

        int id = _known[number - 1];
        _texts.AddReference(id);
        return id;
    }

    /// <summary>Reads an event; the caller holds a reference to each of its texts.</summary>
    public RetainedEvent ReadEvent(long baseMs) => new()
    {
        TimestampMs = ReadNumber() + baseMs,
        Position = ReadNumber(),
        Partition = (int)ReadNumber(),
        EventId = ReadText(),
        PageName = ReadText(),
        Fields = ReadText(),
    };

    private readonly void ReleaseTexts()
    {
        foreach (int id in _known)
        {
            _texts.Release(id);
        }

        _known.Clear();
    }
}
