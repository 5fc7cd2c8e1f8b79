using System.Text;

namespace Sessionize.Iceberg.Manifests;

/// <summary>An Avro object container file that is read (Avro specification, "Object Container Files").</summary>
internal sealed class AvroContainer
{
    /// <summary>The length of the mark that ends each block.</summary>
    public const int MarkLength = 16;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly string _place;
    private readonly byte[] _mark;
    private readonly int _start;

    private AvroContainer(ReadOnlyMemory<byte> file, string place, Dictionary<string, byte[]> metadata, byte[] mark, int start)
    {
        _file = file;
        _place = place;
        _mark = mark;
        _start = start;
        Metadata = metadata;
        Codec = metadata.TryGetValue("avro.codec", out byte[]? codec) ? Encoding.UTF8.GetString(codec) : "null";
        Schema = AvroSchema.Parse(metadata.TryGetValue("avro.schema", out byte[]? schema) ? schema : throw Damaged(place, "its header has no schema"), place);
    }

    /// <summary>What the header says.</summary>
    public IReadOnlyDictionary<string, byte[]> Metadata { get; }

    /// <summary>The schema of the records.</summary>
    public AvroType Schema { get; }

    /// <summary>How blocks are compressed.</summary>
    public string Codec { get; }

    /// <summary>Reads the header.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="place">Where it lies, for messages.</param>
    /// <exception cref="SessionizeException">It is damaged.</exception>
    public static AvroContainer Open(ReadOnlyMemory<byte> file, string place)
    {
        AvroDecoder header = new(file.Span, place);
        if (!header.Raw(4).SequenceEqual("Obj\u0001"u8))
        {
            throw Damaged(place, "it is no Avro file");
        }

        Dictionary<string, byte[]> metadata = new(StringComparer.Ordinal);
        for (int count = header.BlockCount(); count != 0; count = header.BlockCount())
        {
            while (count-- > 0)
            {
                string key = header.Text();
                metadata[key] = header.Bytes().ToArray();
            }
        }

        byte[] mark = header.Raw(MarkLength).ToArray();
        return new AvroContainer(file, place, metadata, mark, header.Position);
    }

    /// <summary>Reads the records, block by block.</summary>
    /// <param name="read">Reads the records of a block: is given how many there are.</param>
    /// <exception cref="SessionizeException">The file is damaged, or compressed in a way that is not read.</exception>
    public void ReadBlocks(AvroBlockReader read)
    {
        using AvroCodec codec = AvroCodec.Of(Codec, _place);
        AvroDecoder file = new(_file.Span, _place);
        file.Raw(_start);
        while (!file.IsAtEnd)
        {
            long count = file.Long();
            int length = file.Length();
            int start = file.Position;
            file.Raw(length);
            if (!file.Raw(MarkLength).SequenceEqual(_mark))
            {
                throw Damaged(_place, $"the block at byte {start} does not end where it should");
            }

            AvroDecoder block = new(codec.Decompress(_file.Slice(start, length)), _place);

            // A record of ours takes one byte or more, so the count cannot be made to cost more than the bytes do.
            if (count < 0 || count > block.Remaining)
            {
                throw Damaged(_place, $"the block at byte {start} says that it has {count} records");
            }

            read((int)count, ref block);
            if (!block.IsAtEnd)
            {
                throw Damaged(_place, $"the block at byte {start} is longer than its records");
            }
        }
    }

    /// <summary>What is thrown of a file that is damaged.</summary>
    public static SessionizeException Damaged(string place, string what, Exception? cause = null) => new(
        $"The file {place} is damaged: {what}. Restore it from a backup, or roll the table back to a snapshot that does not need it.", cause);
}
