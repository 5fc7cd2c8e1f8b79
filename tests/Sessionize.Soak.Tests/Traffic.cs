using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Sessionize.Soak.Tests;

/// <summary>Events of people who come, look at pages and leave, sent without end; bad records and tombstones among them.</summary>
/// <remarks>
/// The seed decides which records there are, in which order; the clock only how many. Event time runs with the number of events, and no event is more
/// than five minutes behind it, so that none is late whatever happens to brokers and processes. The key is the user.
/// </remarks>
internal sealed class Traffic : IDisposable
{
    public const long StartMs = 1_704_067_200_000;
    public const int EventsPerSecond = 400;

    private const int Users = 600;
    private const int Active = 200;
    private const int EventsPerVisit = 45;
    private const int MsPerEvent = 300;
    private const int MostDisorderMs = 300_000;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Random _random;
    private readonly string _topic;
    private readonly Diary _diary;
    private readonly IProducer<byte[], byte[]?> _producer;
    private readonly List<int> _active = [.. Enumerable.Range(0, Active)];
    private readonly List<int> _away = [.. Enumerable.Range(Active, Users - Active)];
    private long _number;
    private long _acknowledged;
    private int _failed;

    public Traffic(int seed, string servers, string topic, Diary diary)
    {
        (_random, _topic, _diary) = (new Random(seed), topic, diary);

        // It waits for a broker that is away as long as it takes, and keeps each partition's order.
        _producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig
        {
            BootstrapServers = servers,
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = 0,
            ReconnectBackoffMaxMs = 1000,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) => Reported(error)).Build();
    }

    /// <summary>How many records were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>How many records were refused for good.</summary>
    public int Failed => _failed;

    /// <summary>Sends until it is stopped, then waits until everything is there.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(s_tick);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                for (int i = 0; i < EventsPerSecond * s_tick.TotalSeconds; i++)
                {
                    await SendAsync(stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is how it ends.
        }
        catch (ProduceException<byte[], byte[]?> failure) when (failure.Error.IsFatal)
        {
            // What counts is what the topic holds: there will be less of it.
            _diary.Write($"no more traffic: {failure.Error.Reason}");
        }

        _producer.Flush(s_patience);
    }

    public void Dispose() => _producer.Dispose();

    private async Task SendAsync(CancellationToken stopping)
    {
        (string user, string? value) = Next();
        Message<byte[], byte[]?> message = new() { Key = Encoding.UTF8.GetBytes(user), Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
        while (true)
        {
            try
            {
                _producer.Produce(_topic, message, Reported);
                return;
            }
            catch (ProduceException<byte[], byte[]?> failure) when (failure.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(s_tick, stopping);
            }
        }
    }

    private void Reported(Error error)
    {
        // That brokers go away is what is wanted, and is not worth a line each time.
        if (error.IsFatal)
        {
            _diary.Count("ends of the producer", error.Reason);
        }
    }

    private void Reported(DeliveryReport<byte[], byte[]?> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.Increment(ref _failed);
            _diary.Write($"producer: a record was refused: {report.Error.Reason}");
        }
        else
        {
            Interlocked.Increment(ref _acknowledged);
        }
    }

    private (string User, string? Value) Next()
    {
        int place = _random.Next(_active.Count);
        string user = string.Create(CultureInfo.InvariantCulture, $"user-{_active[place]:000}");
        if (_random.Next(EventsPerVisit) == 0)
        {
            int other = _random.Next(_away.Count);
            (_active[place], _away[other]) = (_away[other], _active[place]);
        }

        long number = _number++;
        long time = StartMs + (number * MsPerEvent) - (_random.Next(4) == 0 ? _random.Next(MostDisorderMs) : 0);
        int page = _random.Next(40);
        return (user, _random.Next(200) switch
        {
            0 => null,
            1 => string.Create(CultureInfo.InvariantCulture, $$"""{"uuid":"{{user}}","event_timestamp":{{time}},"page_name":"cut off"""),
            2 => string.Create(CultureInfo.InvariantCulture, $$"""{"uuid":"{{user}}","page_name":"no time","event_id":"{{number}}"}"""),
            _ => string.Create(CultureInfo.InvariantCulture, $$"""{"uuid":"{{user}}","event_timestamp":{{time}},"page_name":"page-{{page}}","event_id":"{{number}}"}"""),
        });
    }
}
