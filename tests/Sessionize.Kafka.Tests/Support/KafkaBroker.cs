using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>A real broker of its own folder on 127.0.0.1, with and without TLS and logins. One is shared by all tests of the run.</summary>
/// <remarks>Starts at the first <see cref="StartAsync"/>; until then nothing runs. The test is skipped where there is none.</remarks>
public sealed class KafkaBroker : IAsyncDisposable
{
    private readonly string[] _settings = [];

    public const string User = "sessionize";
    public const string Password = "secret";

    // A crashed member of a group is noticed after 6 s instead of 45, and a rebalance takes one heartbeat.
    private static readonly string[] s_arguments =
    [
        "--sasl", Password, "--sasl-user", User, "--ssl",
        "--config", "group.consumer.session.timeout.ms=6000",
        "--config", "group.consumer.heartbeat.interval.ms=500",
        "--config", "group.consumer.min.heartbeat.interval.ms=500",
        "--config", "transaction.max.timeout.ms=900000",

        // Compaction begins within a second instead of 15.
        "--config", "log.cleaner.backoff.ms=1000",
    ];

    private readonly SemaphoreSlim _starting = new(1);
    private string? _script;
    private string? _folder;
    private int _names;
    private IAdminClient? _admin;
    private IProducer<byte[], byte[]?>? _producer;

    /// <summary>The one that tests share.</summary>
    public KafkaBroker()
    {
    }

    /// <summary>One with further options of the start script.</summary>
    internal KafkaBroker(params string[] settings) => _settings = settings;

    /// <summary>Asks and orders what tests need done.</summary>
    public IAdminClient Admin => _admin ?? throw new InvalidOperationException("The broker was not started: await StartAsync().");

    /// <summary>Where it listens.</summary>
    public string Servers { get; private set; } = "";

    /// <summary>Where it listens with a login, with TLS, or with both: <c>SASL_PLAINTEXT</c>, <c>SSL</c>, <c>SASL_SSL</c>.</summary>
    public string ServersOf(string listener) => File.ReadAllText(Path.Combine(_folder!, $"bootstrap.servers.{listener}")).Trim();

    /// <summary>Its process.</summary>
    public int ProcessId => int.Parse(File.ReadAllText(Path.Combine(_folder!, "broker-1.pid")), CultureInfo.InvariantCulture);

    /// <summary>What it logs.</summary>
    public string LogFile => Path.Combine(_folder!, "broker-1.log");

    /// <summary>The authority that signed its certificate.</summary>
    public string CaFile => Path.Combine(_folder!, "ca.pem");

    /// <summary>A certificate by which it knows its clients, if it was started to ask for one.</summary>
    public string ClientCertificateFile => Path.Combine(_folder!, "client.p12");

    /// <summary>Where a broker keeps the records of a partition.</summary>
    public string FolderOf(int brokerId, string topic, int partition) => Path.Combine(_folder!, $"broker-{brokerId}", $"{topic}-{partition}");

    /// <summary>Starts the broker, unless it runs.</summary>
    public async Task<KafkaBroker> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_admin is null)
            {
                _script = SharedFiles.Find("kafka/kafka");
                _folder = Directory.CreateTempSubdirectory("sessionize-kafka-").FullName;
                string place = Path.Combine(_folder, "broker");
                await ComponentScript.RunAsync(_script, ["start", "--dir", place, "--port", "0", .. s_arguments, .. _settings]);
                _folder = place;
                Servers = File.ReadAllText(Path.Combine(place, "bootstrap.servers")).Trim();
                _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();
                _producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = Servers, LingerMs = 5, EnableIdempotence = true })
                    .SetLogHandler((_, _) => { }).Build();
            }
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    /// <summary>A name that no other test has.</summary>
    public string NewName(string stem) => $"{stem}-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}";

    /// <summary>Makes a topic, and waits until the brokers have all of it: they say that it is made when it is decided.</summary>
    public async Task<string> CreateTopicAsync(int partitions, string? name = null, params (string Key, string Value)[] settings)
    {
        name = await BeginTopicAsync(partitions, name, settings);
        TopicPartitionOffsetSpec[] ends =
            [.. Enumerable.Range(0, partitions).Select(number => new TopicPartitionOffsetSpec { TopicPartition = new(name, number), OffsetSpec = OffsetSpec.Latest() })];
        await RepeatAsync(() => Admin.ListOffsetsAsync(ends));
        return name;
    }

    /// <summary>Makes a topic without waiting for it.</summary>
    public async Task<string> BeginTopicAsync(int partitions, string? name = null, params (string Key, string Value)[] settings)
    {
        name ??= NewName("clicks");
        await Admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = -1,
            Configs = settings.ToDictionary(setting => setting.Key, setting => setting.Value),
        }]);
        return name;
    }

    /// <summary>Asks the brokers until they answer. In between it looks at all topics, without which a client may ask in vain for ever.</summary>
    public async Task<T> RepeatAsync<T>(Func<Task<T>> ask)
    {
        CancellationToken limit = TimeLimit.Of();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (KafkaException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit);
                await Task.Run(() => Admin.GetMetadata(TimeSpan.FromMinutes(1)), limit);
            }
        }
    }

    /// <summary>Changes settings of a topic.</summary>
    public Task ConfigureTopicAsync(string topic, params (string Key, string Value)[] settings) =>
        Admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [.. settings.Select(setting => new ConfigEntry { Name = setting.Key, Value = setting.Value, IncrementalOperation = AlterConfigOpType.Set })],
        });

    /// <summary>Deletes a topic and makes it anew.</summary>
    public async Task RecreateTopicAsync(string topic, int partitions)
    {
        await Admin.DeleteTopicsAsync([topic]);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await CreateTopicAsync(partitions, topic);
                return;
            }
            catch (CreateTopicsException failure) when (attempt < 100 && failure.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
            {
                // A topic is deleted a moment later than the brokers say.
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>Sends records, in their order, and waits until they are there.</summary>
    public Task ProduceAsync(string topic, IEnumerable<(int Partition, string? Key, string? Value)> records) => ProduceAsync(_producer!, topic, records);

    private static async Task ProduceAsync(
        IProducer<byte[], byte[]?> producer, string topic, IEnumerable<(int Partition, string? Key, string? Value)> records)
    {
        List<Task> sending = [];
        foreach ((int partition, string? key, string? value) in records)
        {
            sending.Add(producer.ProduceAsync(new TopicPartition(topic, partition), new Message<byte[], byte[]?>
            {
                Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
                Value = value is null ? null : Encoding.UTF8.GetBytes(value),
            }));
        }

        await Task.WhenAll(sending);
    }

    /// <summary>As <see cref="ProduceAsync"/>, to one partition that was made a moment ago, of which a producer does not know yet.</summary>
    public async Task ProduceWhenThereAsync(string topic, IReadOnlyList<(int Partition, string? Key, string? Value)> records)
    {
        ProducerConfig config = new() { BootstrapServers = Servers, LingerMs = 5, TopicMetadataRefreshIntervalMs = 200 };
        using IProducer<byte[], byte[]?> knowing = new ProducerBuilder<byte[], byte[]?>(config)
            .SetLogHandler((_, _) => { }).Build();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await ProduceAsync(knowing, topic, records);
                return;
            }
            catch (ProduceException<byte[], byte[]?> failure) when (attempt < 50 && failure.Error.Code is ErrorCode.Local_UnknownPartition)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    /// <summary>Runs one of Kafka's tools.</summary>
    public Task RunAsync(params string[] arguments) => ComponentScript.RunAsync(_script!, [arguments[0], "--dir", _folder!, .. arguments[1..]]);

    public async ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        _admin?.Dispose();
        if (_folder is not null)
        {
            await ComponentScript.RunAsync(_script!, "kill", "--dir", _folder);
            Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
        }

        _starting.Dispose();
    }
}
