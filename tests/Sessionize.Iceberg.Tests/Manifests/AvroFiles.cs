using System.IO.Compression;
using System.Text;
using Sessionize.Iceberg.Manifests;
using ZstdSharp;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>Avro files as other writers make them.</summary>
internal static class AvroFiles
{
    /// <summary>Puts a file together.</summary>
    /// <param name="metadata">What the header says; its codec is replaced.</param>
    /// <param name="codec">The codec.</param>
    /// <param name="blocks">The blocks, not compressed.</param>
    public static byte[] Build(IReadOnlyDictionary<string, byte[]> metadata, string codec, IReadOnlyList<(int Count, byte[] Content)> blocks)
    {
        byte[] mark = [.. Enumerable.Range(1, 16).Select(part => (byte)part)];
        AvroEncoder file = new();
        file.Raw("Obj\u0001"u8);

        // A negative count is followed by the bytes of the items, which readers may ignore.
        file.Long(-metadata.Count);
        file.Long(1);
        foreach ((string key, byte[] value) in metadata)
        {
            file.Text(key);
            file.Bytes(key == "avro.codec" ? Encoding.UTF8.GetBytes(codec) : value);
        }

        file.Long(0);
        file.Raw(mark);
        foreach ((int count, byte[] content) in blocks)
        {
            file.Long(count);
            file.Bytes(Compress(codec, content));
            file.Raw(mark);
        }

        return file.Encoded.ToArray();
    }

    /// <summary>The same file with another schema and codec.</summary>
    public static byte[] Rewrite(byte[] file, string codec, Func<string, string> changeSchema)
    {
        AvroContainer container = AvroContainer.Open(file, "x");
        List<(int Count, byte[] Content)> blocks = [];
        container.ReadBlocks((int count, ref AvroDecoder block) => blocks.Add((count, block.Raw(block.Remaining).ToArray())));
        Dictionary<string, byte[]> metadata = new(container.Metadata);
        metadata["avro.schema"] = Encoding.UTF8.GetBytes(changeSchema(Encoding.UTF8.GetString(metadata["avro.schema"])));
        return Build(metadata, codec, blocks);
    }

    private static byte[] Compress(string codec, byte[] content)
    {
        if (codec == "zstandard")
        {
            using Compressor compressor = new(1);
            return compressor.Wrap(content).ToArray();
        }

        if (codec != "deflate")
        {
            return content;
        }

        using MemoryStream compressed = new();
        using (DeflateStream deflate = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return compressed.ToArray();
    }
}
