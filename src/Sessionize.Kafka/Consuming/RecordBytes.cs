using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>Takes the bytes of a key or a value while librdkafka holds them, without an array a record. The result says whether there are any.</summary>
/// <remarks>Not parsed here: which partition the record is of, and so the batch that it goes to, is known a moment later.</remarks>
internal sealed class RecordBytes : IDeserializer<bool>
{
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>The bytes of the last record; valid until the next one.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public bool Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (data.Length > _bytes.Length)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(data.Length, _bytes.Length * 2));
        }

        data.CopyTo(_bytes);
        _length = data.Length;
        return !isNull;
    }
}
