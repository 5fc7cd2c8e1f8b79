using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Writes an Avro object container file with the deflate codec.</summary>
/// <remarks>The same content gives the same bytes: the mark between blocks is made of the header.</remarks>
internal sealed class AvroContainerWriter
{
    /// <summary>What a block holds before it is compressed, as Avro's Java library has it.</summary>
    private const int BlockLength = 64_000;

    private readonly MemoryStream _file = new();
    private readonly AvroEncoder _block = new();
    private readonly byte[] _mark;
    private int _count;

    /// <summary>Begins a file.</summary>
    /// <param name="schema">The schema of its records, as JSON.</param>
    /// <param name="metadata">What the header says beside.</param>
    public AvroContainerWriter(byte[] schema, IReadOnlyList<KeyValuePair<string, byte[]>> metadata)
    {
        AvroEncoder header = new();
        header.Raw("Obj\u0001"u8);
        header.Long(metadata.Count + 2);
        foreach ((string key, byte[] value) in metadata)
        {
            header.Text(key);
            header.Bytes(value);
        }

        header.Text("avro.codec");
        header.Bytes("deflate"u8);
        header.Text("avro.schema");
        header.Bytes(schema);
        header.Long(0);
        _mark = SHA256.HashData(header.Encoded)[..AvroContainer.MarkLength];
        _file.Write(header.Encoded);
        _file.Write(_mark);
    }

    /// <summary>Takes a record's values.</summary>
    public AvroEncoder Encoder => _block;

    /// <summary>Ends a record.</summary>
    public void EndRecord()
    {
        _count++;
        if (_block.Length >= BlockLength)
        {
            EndBlock();
        }
    }

    /// <summary>Ends the file.</summary>
    /// <returns>The whole file.</returns>
    public byte[] ToArray()
    {
        EndBlock();
        return _file.ToArray();
    }

    /// <summary>A text as a value of the header.</summary>
    public static KeyValuePair<string, byte[]> Entry(string key, string value) => new(key, Encoding.UTF8.GetBytes(value));

    private void EndBlock()
    {
        if (_count == 0)
        {
            return;
        }

        // A commit waits for this: a third of the time for files that are a seventh larger.
        using MemoryStream compressed = new(_block.Length / 2);
        using (DeflateStream deflate = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(_block.Encoded);
        }

        AvroEncoder head = new();
        head.Long(_count);
        head.Long(compressed.Length);
        _file.Write(head.Encoded);
        _file.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        _file.Write(_mark);
        _block.Clear();
        _count = 0;
    }
}
