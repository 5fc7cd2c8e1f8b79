using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace LiveLatency;

/// <summary>Sends events of many users, and remembers when it sent which event time to which partition.</summary>
/// <remarks>One thread sends, another one asks.</remarks>
internal sealed class Traffic(string servers, string topic, int rate) : IDisposable
{
    public const int Partitions = 12;
    private const int Users = 30_000;

    private readonly IProducer<byte[], byte[]> _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
    {
        BootstrapServers = servers,
        LingerMs = 1,
        CompressionType = CompressionType.Lz4,
        EnableIdempotence = true,
    }).Build();

    // Of each partition the event times, rising, and the time stamps of their sending.
    private readonly List<(long TimeMs, long SentAt)>[] _sent = [.. Enumerable.Range(0, Partitions).Select(_ => new List<(long, long)>())];

    public static int PartitionOf(int user) => user % Partitions;

    public async Task SendAsync(TimeSpan time)
    {
        Random random = new(5);
        long begun = Stopwatch.GetTimestamp();
        long sent = 0;
        while (Stopwatch.GetElapsedTime(begun) < time)
        {
            while (sent < Stopwatch.GetElapsedTime(begun).TotalSeconds * rate)
            {
                Send(random.Next(Users));
                sent++;
            }

            await Task.Delay(1);
        }

        _producer.Flush(TimeSpan.FromSeconds(10));
    }

    /// <summary>When the first event of a user's partition was sent whose time is not before a time; <see langword="null"/>: none was.</summary>
    public long? SentAt(int user, long timeMs)
    {
        List<(long TimeMs, long SentAt)> sent = _sent[PartitionOf(user)];
        lock (sent)
        {
            int at = sent.BinarySearch((timeMs, long.MinValue));
            at = at < 0 ? ~at : at;
            return at < sent.Count ? sent[at].SentAt : null;
        }
    }

    public void Dispose() => _producer.Dispose();

    private void Send(int user)
    {
        long timeMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        string name = string.Create(CultureInfo.InvariantCulture, $"user-{user:000000}");
        string value = string.Create(
            CultureInfo.InvariantCulture, $$"""{"event_id":"{{Guid.NewGuid():N}}","page_name":"page-{{user % 50}}","event_timestamp":"{{timeMs}}","uuid":"{{name}}","filler":"{{new string('x', 190)}}"}""");
        int partition = PartitionOf(user);
        List<(long TimeMs, long SentAt)> sent = _sent[partition];
        lock (sent)
        {
            sent.Add((timeMs, Stopwatch.GetTimestamp()));
        }

        _producer.Produce(new TopicPartition(topic, partition), new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(name), Value = Encoding.UTF8.GetBytes(value) });
    }
}
