using System.Buffers.Binary;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Partition values in manifests.</summary>
internal static class PartitionValueCodec
{
    /// <summary>Encodes a value, as the branch of a union with null.</summary>
    /// <exception cref="ArgumentException">It is not of the type.</exception>
    public static void Encode(AvroEncoder encoder, PrimitiveType type, object? value)
    {
        if (value is null)
        {
            encoder.Null();
            return;
        }

        encoder.Some();
        switch (value, type.Kind)
        {
            case (bool truth, PrimitiveKind.Boolean):
                encoder.Boolean(truth);
                break;
            case (int number, PrimitiveKind.Int or PrimitiveKind.Date or PrimitiveKind.Long):
                encoder.Long(number);
                break;
            case (long number, PrimitiveKind.Long or PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz):
                encoder.Long(number);
                break;
            case (float number, PrimitiveKind.Float):
                encoder.Float(number);
                break;
            case (double number, PrimitiveKind.Double):
                encoder.Double(number);
                break;
            case (string text, PrimitiveKind.String):
                encoder.Text(text);
                break;
            case (Guid uuid, PrimitiveKind.Uuid):
                encoder.Raw(uuid.ToByteArray(bigEndian: true));
                break;
            case (BinaryValue bytes, PrimitiveKind.Fixed) when bytes.Bytes.Length == type.Length:
                encoder.Raw(bytes.Bytes);
                break;
            case (BinaryValue bytes, PrimitiveKind.Binary):
                encoder.Bytes(bytes.Bytes);
                break;
            case (Int128 unscaled, PrimitiveKind.Decimal):
                Span<byte> all = stackalloc byte[SingleValue.MaxUnscaledLength];
                BinaryPrimitives.WriteInt128BigEndian(all, unscaled);
                encoder.Raw(all[^DecimalLength(type.Precision)..]);
                break;
            default:
                throw new ArgumentException($"A partition value of the type {value.GetType()} is none of the Iceberg type {type}.", nameof(value));
        }
    }

    /// <summary>Decodes a value by the type that it was written with.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="written">The type that it was written with.</param>
    /// <param name="type">The type that it is to have, to which it may have been widened; <see langword="null"/>: not known, it stays as it is.</param>
    public static object? Decode(ref AvroDecoder decoder, AvroType written, PrimitiveType? type)
    {
        AvroType branch = decoder.Branch(written);
        return (branch.Kind, type?.Kind) switch
        {
            (AvroKind.Null, _) => null,
            (AvroKind.Boolean, PrimitiveKind.Boolean or null) => decoder.Boolean(),
            (AvroKind.Int or AvroKind.Long, PrimitiveKind.Int or PrimitiveKind.Date) or (AvroKind.Int, null) => decoder.Int(),
            (AvroKind.Int or AvroKind.Long, PrimitiveKind.Long or PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz)
                or (AvroKind.Long, null) => decoder.Long(),
            (AvroKind.Float, PrimitiveKind.Float or null) => decoder.Float(),
            (AvroKind.Float, PrimitiveKind.Double) => (double)decoder.Float(),
            (AvroKind.Double, PrimitiveKind.Double or null) => decoder.Double(),
            (AvroKind.String, PrimitiveKind.String or null) => decoder.Text(),
            (AvroKind.Bytes, PrimitiveKind.Decimal or PrimitiveKind.Uuid or PrimitiveKind.Fixed or PrimitiveKind.Binary or null) =>
                OfBytes(ref decoder, decoder.Bytes(), type),
            (AvroKind.Fixed, PrimitiveKind.Decimal or PrimitiveKind.Uuid or PrimitiveKind.Fixed or PrimitiveKind.Binary or null) =>
                OfBytes(ref decoder, decoder.Raw(branch.Length), type),
            _ => throw decoder.Unexpected(branch.Kind),
        };
    }

    /// <summary>The bytes that a decimal of some digits takes.</summary>
    public static int DecimalLength(int precision)
    {
        Int128 greatest = 9;
        for (int digits = 1; digits < precision; digits++)
        {
            greatest = (greatest * 10) + 9;
        }

        return SingleValue.Unscaled(greatest, stackalloc byte[SingleValue.MaxUnscaledLength]).Length;
    }

    private static object OfBytes(ref AvroDecoder decoder, ReadOnlySpan<byte> bytes, PrimitiveType? type) => type?.Kind switch
    {
        PrimitiveKind.Uuid => bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : throw decoder.Unexpected(AvroKind.Bytes),
        PrimitiveKind.Decimal => bytes.Length is > 0 and <= SingleValue.MaxUnscaledLength ? SingleValue.FromUnscaled(bytes) : throw decoder.Unexpected(AvroKind.Bytes),
        _ => new BinaryValue(bytes.ToArray()),
    };
}
