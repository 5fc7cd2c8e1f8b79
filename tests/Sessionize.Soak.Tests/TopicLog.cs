using System.Text.Json;
using Confluent.Kafka;

namespace Sessionize.Soak.Tests;

/// <summary>What is in the topic at the end, read without our own source: that decides what has to be in the table.</summary>
internal sealed class TopicLog
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The good events, by partition and offset.</summary>
    public List<ClickstreamEvent> Events { get; } = [];

    /// <summary>The bad records: partition, offset and reason.</summary>
    public List<(int Partition, long Offset, string Reason)> Bad { get; } = [];

    /// <summary>How many records there are.</summary>
    public long Records { get; private set; }

    /// <summary>How far an event lies behind the highest one before it in its partition, at most.</summary>
    public long MostDisorderMs { get; private set; }

    /// <summary>Reads every partition to its end.</summary>
    public static TopicLog Read(string servers, string topic, int partitions, CancellationToken cancellationToken)
    {
        TopicLog log = new();
        ConsumerConfig settings = new() { BootstrapServers = servers, GroupId = $"{topic}-log", EnableAutoCommit = false, EnablePartitionEof = true, IsolationLevel = IsolationLevel.ReadCommitted };
        using IConsumer<Ignore, byte[]?> consumer = new ConsumerBuilder<Ignore, byte[]?>(settings).SetLogHandler((_, _) => { }).Build();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        for (int partition = 0; partition < partitions; partition++)
        {
            long highest = long.MinValue;
            consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
            for (ConsumeResult<Ignore, byte[]?> record = consumer.Consume(limit.Token); !record.IsPartitionEOF; record = consumer.Consume(limit.Token))
            {
                log.Add(record, ref highest);
            }
        }

        return log;
    }

    private void Add(ConsumeResult<Ignore, byte[]?> record, ref long highest)
    {
        Records++;
        if (record.Message.Value is not { } value)
        {
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            if (!document.RootElement.TryGetProperty("event_timestamp", out JsonElement time))
            {
                Bad.Add((record.Partition.Value, record.Offset.Value, nameof(BadEventReason.MissingTimestamp)));
                return;
            }

            ClickstreamEvent e = new(document.RootElement.GetProperty("uuid").GetString(), time.GetInt64())
            {
                PageName = document.RootElement.GetProperty("page_name").GetString(),
                EventId = document.RootElement.GetProperty("event_id").GetString(),
            };
            highest = Math.Max(highest, e.TimestampMs);
            MostDisorderMs = Math.Max(MostDisorderMs, highest - e.TimestampMs);
            Events.Add(e);
        }
        catch (JsonException)
        {
            Bad.Add((record.Partition.Value, record.Offset.Value, nameof(BadEventReason.MalformedJson)));
        }
    }
}
