using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using ZstdSharp;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Decompresses blocks of Avro files, one at a time, into a buffer of its own.</summary>
/// <param name="name">The codec's name.</param>
/// <param name="place">Where the file lies, for messages.</param>
internal sealed class AvroCodec(string name, string place) : IDisposable
{
    /// <summary>What a block may take at most, so that a file of a few bytes cannot fill the memory.</summary>
    private const int MaxBlockLength = 1 << 30;

    private byte[] _buffer = [];

    /// <summary>Finds a codec.</summary>
    /// <exception cref="SessionizeException">It is not known here.</exception>
    public static AvroCodec Of(string name, string place) => name is "null" or "deflate" or "zstandard"
        ? new AvroCodec(name, place)
        : throw new SessionizeException(
            $"The file {place} is compressed with '{name}'; 'null', 'deflate' and 'zstandard' are read here. "
            + "Set the table's property 'write.avro.compression-codec' to 'gzip', and rewrite its manifests.");

    /// <summary>Decompresses a block; the result is good until the next.</summary>
    /// <exception cref="SessionizeException">It is damaged.</exception>
    public ReadOnlySpan<byte> Decompress(ReadOnlyMemory<byte> block)
    {
        if (name == "null")
        {
            return block.Span;
        }

        try
        {
            using Stream input = MemoryMarshal.TryGetArray(block, out ArraySegment<byte> segment)
                ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
                : new MemoryStream(block.ToArray());
            using Stream output = name == "deflate" ? new DeflateStream(input, CompressionMode.Decompress) : new DecompressionStream(input);
            return ReadAll(output, Math.Max(block.Length, 4096));
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw AvroContainer.Damaged(place, $"a block cannot be decompressed ({name})", damage);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private ReadOnlySpan<byte> ReadAll(Stream stream, int firstLength)
    {
        if (_buffer.Length < firstLength)
        {
            Grow(firstLength, 0);
        }

        int length = 0;
        while (stream.Read(_buffer.AsSpan(length)) is > 0 and int read)
        {
            length += read;
            if (length == _buffer.Length)
            {
                Grow(length < MaxBlockLength ? length * 2 : throw AvroContainer.Damaged(place, "a block is longer than 1 GiB"), length);
            }
        }

        return _buffer.AsSpan(0, length);
    }

    private void Grow(int length, int keep)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        _buffer.AsSpan(0, keep).CopyTo(larger);
        Dispose();
        _buffer = larger;
    }
}
