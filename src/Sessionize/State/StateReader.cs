using System.Buffers.Binary;
using System.Text;
using Sessionize.Engine;

namespace Sessionize.State;

/// <summary>Reads a part of a lane's state, checking every block before a byte of it is used.</summary>
internal ref struct StateReader
{
    private readonly List<Range> _known = [];
    private ReadOnlySpan<byte> _file;
    private ReadOnlySpan<byte> _block;
    private int _at;

    /// <exception cref="InvalidDataException">The magic is not the expected one.</exception>
    public StateReader(ReadOnlySpan<byte> file, ReadOnlySpan<byte> magic)
    {
        if (file.Length < magic.Length + 4 || !file.StartsWith(magic))
        {
            throw new InvalidDataException("it does not begin as a state file does");
        }

        FormatVersion = BinaryPrimitives.ReadInt32LittleEndian(file[magic.Length..]);
        _file = file[(magic.Length + 4)..];
    }

    public int FormatVersion { get; }

    /// <summary>Takes in what is read, until it is set to <see langword="null"/>.</summary>
    public VisitDigest? Digest { get; set; }

    /// <summary>Whether the block has more records.</summary>
    public readonly bool HasMore => _at < _block.Length;

    /// <summary>Goes to the next block.</summary>
    /// <returns>Whether there is one; <see langword="false"/> at the proper end of the part.</returns>
    public bool NextBlock()
    {
        _known.Clear();
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
        _at = 0;
        _file = _file[length..];
        if (StateWriter.Checksum(_block) != checksum)
        {
            throw new InvalidDataException("a block's checksum is wrong");
        }

        return true;
    }

    public long ReadNumber()
    {
        long value = Leb128.ReadSigned(_block, ref _at);
        Digest?.Add(value);
        return value;
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        ReadOnlySpan<byte> bytes = TakeBytes();
        Digest?.Add(bytes);
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

    /// <summary>Reads a text; empty for none. It lasts as long as the part.</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        int number = (int)Leb128.ReadSigned(_block, ref _at);
        if (number > _known.Count)
        {
            int length = TakeBytes().Length;
            _known.Add((_at - length).._at);
        }

        ReadOnlySpan<byte> text = number == 0 ? default : _block[_known[number - 1]];
        Digest?.Add(text);
        return text;
    }

    private ReadOnlySpan<byte> TakeBytes()
    {
        int length = (int)Leb128.ReadSigned(_block, ref _at);
        ReadOnlySpan<byte> bytes = _block.Slice(_at, length);
        _at += length;
        return bytes;
    }
}
