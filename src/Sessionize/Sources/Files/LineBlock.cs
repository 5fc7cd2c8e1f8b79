using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sessionize.Sources.Files;

/// <summary>Whole lines of an input in memory that does not move; the last one has its line end, too.</summary>
internal sealed unsafe class LineBlock(int capacity = LineBlock.DefaultBytes)
{
    /// <summary>So many bytes behind the lines may be read, whatever they are.</summary>
    public const int Slack = 64;

    public const int DefaultBytes = 512 * 1024;

    private byte[] _buffer = Allocate(capacity);

    /// <summary>Where the first line starts in the (decompressed) input.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes of the lines.</summary>
    public int Length { get; set; }

    /// <summary>Above 0: the block holds only the first bytes of a line that is longer than lines may be, which has so many without its line end.</summary>
    public long LongLineBytes { get; set; }

    /// <summary>What the block can hold.</summary>
    public int Capacity => _buffer.Length - Slack;

    public byte* Start => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_buffer));

    public Span<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>The room behind the bytes.</summary>
    public Span<byte> Free => _buffer.AsSpan(Length, Capacity - Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(Length + bytes.Length);
        bytes.CopyTo(Free);
        Length += bytes.Length;
    }

    public void Reserve(int bytes)
    {
        if (Capacity < bytes)
        {
            byte[] larger = Allocate((int)Math.Min(Math.Max(bytes, Capacity * 2L), Array.MaxLength - Slack));
            Bytes.CopyTo(larger);
            _buffer = larger;
        }
    }

    private static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes + Slack, pinned: true);
}
