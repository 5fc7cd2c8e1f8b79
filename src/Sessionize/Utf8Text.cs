using System.Buffers.Text;
using System.Text;

namespace Sessionize;

/// <summary>A text of an event as the UTF-8 bytes that stand in the input, escapes resolved; or none.</summary>
/// <remarks>
/// Valid during the call that it is shown in. Compared byte by byte: no trimming, no case folding, no normalisation. An absent
/// text equals an absent text and nothing else; the empty text does not occur, since <c>""</c> is none. <c>default</c> is absent.
/// </remarks>
public readonly ref struct Utf8Text
{
    internal Utf8Text(ReadOnlySpan<byte> bytes)
    {
        Bytes = bytes;
        IsPresent = true;
    }

    /// <summary>The bytes; empty when absent.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Whether there is a text.</summary>
    public bool IsPresent { get; }

    /// <summary>Compares two texts.</summary>
    /// <param name="left">A text.</param>
    /// <param name="right">Another text.</param>
    /// <returns>Whether both are absent or have the same bytes.</returns>
    public static bool operator ==(Utf8Text left, Utf8Text right) =>
        left.IsPresent == right.IsPresent && left.Bytes.SequenceEqual(right.Bytes);

    /// <summary>Compares two texts.</summary>
    /// <param name="left">A text.</param>
    /// <param name="right">Another text.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(Utf8Text left, Utf8Text right) => !(left == right);

    /// <summary>Compares with a string.</summary>
    /// <param name="left">A text.</param>
    /// <param name="right">A string; <see langword="null"/> equals an absent text.</param>
    /// <returns>Whether the text has the string's characters.</returns>
    public static bool operator ==(Utf8Text left, string? right) =>
        right is null ? !left.IsPresent : left.IsPresent && Encodes(left.Bytes, right, whole: true);

    /// <summary>Compares with a string.</summary>
    /// <param name="left">A text.</param>
    /// <param name="right">A string; <see langword="null"/> equals an absent text.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(Utf8Text left, string? right) => !(left == right);

    /// <summary>Looks at the beginning of the text.</summary>
    /// <param name="prefix">The beginning that is looked for.</param>
    /// <returns>Whether the text is present and begins so.</returns>
    public bool StartsWith(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return IsPresent && Encodes(Bytes, prefix, whole: false);
    }

    /// <summary>Reads the whole text as a whole number in ASCII digits, with an optional minus sign.</summary>
    /// <param name="value">The number.</param>
    /// <returns>Whether the text is such a number.</returns>
    public bool TryGetInt64(out long value) =>
        Utf8Parser.TryParse(Bytes, out value, out int used) && used == Bytes.Length && Bytes[0] != (byte)'+';

    /// <summary>Copies the text into a string.</summary>
    /// <returns>The string; empty when absent.</returns>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    /// <summary>Not supported: a text cannot be boxed.</summary>
    /// <param name="obj">Ignored.</param>
    /// <returns>Never.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete("A text cannot be boxed; use ==.", error: true)]
#pragma warning disable CS0809 // Obsolete member overrides non-obsolete member: as Span<T> does it.
    public override bool Equals(object? obj) => throw new NotSupportedException("A text cannot be boxed; use ==.");
#pragma warning restore CS0809

    /// <summary>A hash of the bytes.</summary>
    /// <returns>The hash; other in every process.</returns>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    private static bool Encodes(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text, bool whole)
    {
        Span<byte> buffer = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (text[0] < 0x80)
            {
                if (bytes.IsEmpty || bytes[0] != text[0])
                {
                    return false;
                }

                bytes = bytes[1..];
                text = text[1..];
                continue;
            }

            if (Rune.DecodeFromUtf16(text, out Rune rune, out int chars) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            ReadOnlySpan<byte> encoded = buffer[..rune.EncodeToUtf8(buffer)];
            if (!bytes.StartsWith(encoded))
            {
                return false;
            }

            bytes = bytes[encoded.Length..];
            text = text[chars..];
        }

        return !whole || bytes.IsEmpty;
    }
}
