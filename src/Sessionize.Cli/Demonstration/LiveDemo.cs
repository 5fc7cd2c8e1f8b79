using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Generation;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Kafka;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Producing;
using Sessionize.Sinks;
using Sessionize.State;

namespace Sessionize.Cli.Demonstration;

/// <summary>A pipeline from Kafka to Iceberg over traffic that is made up, with the clock of the events running fast.</summary>
/// <param name="brokers">The brokers and a topic that nobody else has; <see langword="null"/>: brokers inside this process.</param>
/// <param name="table">The table.</param>
/// <param name="length">For how long there is traffic.</param>
/// <param name="clock">The clock.</param>
internal sealed class LiveDemo(KafkaTopicOptions? brokers, DemoTable table, TimeSpan length, TimeProvider clock)
{
    /// <summary>How many times as fast as the clock the time of the events goes: a second is ten minutes.</summary>
    public const int Speed = 600;

    /// <summary>Partitions of the topic, as those of embedded brokers.</summary>
    public const int Partitions = EmbeddedKafkaBroker.PartitionsPerTopic;

    private const int Users = 60;
    private const int EventsPerSecond = 60;
    private const double BadShare = 0.005;

    // So much of it stands in the topic at once: whoever watches sees sessions when the first records are read.
    private static readonly TimeSpan s_backlog = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_commitEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostCatchingUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>The name of topic, group and pipeline.</summary>
    public string Name { get; } = brokers?.Topic ?? NewName();

    /// <summary>The file of its dead letters.</summary>
    public string DeadLetters => Path.Combine(table.Warehouse, "_sessionize", Name, "dead-letters", $"{Name}.ndjson");

    /// <summary>A session of a user who has several on that day, if there is one, for a query.</summary>
    public Session? Example { get; private set; }

    /// <summary>What the pipeline did.</summary>
    public SessionizationCounts Counts { get; private set; } = new()
    {
        Events = 0,
        LateEvents = 0,
        BadEvents = new Dictionary<string, long>(),
        ClosedSessions = 0,
        OpenUsers = 0,
    };

    /// <summary>A name that nobody has.</summary>
    public static string NewName() => $"sessionize-demo-{Guid.NewGuid():N}"[..28];

    /// <summary>Runs until the traffic is over, or until it is stopped; what was read by then is committed.</summary>
    /// <param name="feed">Takes the sessions as they close.</param>
    /// <param name="status">The line that tells how the pipeline stands.</param>
    /// <param name="stop">Stops the traffic, and then the pipeline.</param>
    /// <exception cref="SessionizeException">Brokers or disk fail.</exception>
    public async Task RunAsync(SessionFeed feed, StatusLine status, CancellationToken stop)
    {
        using EmbeddedKafkaBroker? embedded = brokers is null ? EmbeddedKafkaBroker.Start([Name]) : null;
        KafkaTopicOptions target = brokers ?? new KafkaTopicOptions { BootstrapServers = embedded!.BootstrapServers, Topic = Name };
        Task<TopicStream> connecting = TopicStream.OpenAsync(target, clock, NullLogger.Instance, stop);
        if (brokers is not null)
        {
            // The topic comes with it.
            await connecting.ConfigureAwait(false);
        }

        await using SessionizationPipeline pipeline = new(DefinitionOf(target, status));
        RunDisplay display = new(pipeline, s_commitEvery, clock, status, tellsTriggers: false);
        IAsyncEnumerable<SessionChange> sessions = pipeline.ReadSessionsAsync(CancellationToken.None);
        using CancellationTokenSource finish = new();
        Task run = display.ShowAsync(pipeline.RunAsync(display, finish.Token));
        Task printing = PrintAsync(sessions, feed);
        try
        {
            using TopicStream topic = await connecting.ConfigureAwait(false);
            Task traffic = SendAsync(topic, stop);
            if (await Task.WhenAny(traffic, run).ConfigureAwait(false) == traffic)
            {
                await traffic.ConfigureAwait(false);
                await CatchUpAsync(pipeline, topic.Delivered, run, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            // The pipeline commits before it ends, and what fails in it is told.
            await finish.CancelAsync().ConfigureAwait(false);
            await run.ConfigureAwait(false);
            await printing.ConfigureAwait(false);
            Counts = pipeline.Counts;
            await ForgetAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Deletes what was made at the user's brokers.</summary>
    private async Task ForgetAsync()
    {
        if (brokers is not null)
        {
            using KafkaCluster cluster = new(brokers.BootstrapServers, brokers.Properties, clock, NullLogger.Instance);
            if (!await cluster.TryDeleteAsync(Name, group: Name).ConfigureAwait(false))
            {
                Talk.Say($"The topic or the group '{Name}' could not be deleted: do so by hand.");
            }
        }
    }

    private SessionizationDefinition DefinitionOf(KafkaTopicOptions target, StatusLine status)
    {
        KafkaOptions kafka = new() { BootstrapServers = target.BootstrapServers, Topic = Name, Properties = target.Properties };
        TalkLoggers loggers = new(LogLevel.Warning, clock, status);
        SessionizationDefinition definition = new(Name)
        {
            TimeProvider = clock,
            LoggerFactory = loggers,
            Trigger = Trigger.Continuous(s_commitEvery),
            Source = context => new KafkaEventSource(kafka, context),
            StateStore = StateStorePlace.Make,
            Sink = context => new IcebergSessionSink(table.Options, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.Iceberg")),
            DeadLetters = _ => new NdjsonDeadLetterSink(DeadLetters),
        };
        definition.Options.State.Location = Path.Combine(table.Warehouse, "_sessionize", Name, "state");
        return definition;
    }

    private async Task SendAsync(TopicStream topic, CancellationToken stop)
    {
        TimeSpan span = (length * Speed) + s_backlog;
        long nowMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        GenerationPlan plan = new()
        {
            Users = Users,
            Events = (long)(EventsPerSecond * span.TotalSeconds / Speed),
            Duration = span,

            // Its last events are of now: none is ever in the future.
            StartMs = nowMs - (long)span.TotalMilliseconds,
            IsSteady = true,
            OutOfOrder = 0.02,
            Bad = BadShare,
        };
        await new TopicTraffic(plan, new Pace(clock, plan.StartMs + (long)s_backlog.TotalMilliseconds, Speed)).SendAsync(topic, stop).ConfigureAwait(false);
    }

    /// <summary>Waits until all that was sent is read.</summary>
    private async Task CatchUpAsync(SessionizationPipeline pipeline, long sent, Task run, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (ReadBy(pipeline) < sent && !run.IsCompleted && !stop.IsCancellationRequested && clock.GetElapsedTime(start) < s_mostCatchingUp)
        {
            await Task.Delay(s_look, clock, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static long ReadBy(SessionizationPipeline pipeline) => pipeline.Counts is var counts ? counts.Events + counts.BadEvents.Values.Sum() : 0;

    private async Task PrintAsync(IAsyncEnumerable<SessionChange> sessions, SessionFeed feed)
    {
        HashSet<(string User, DateOnly Day)> days = [];
        await foreach (SessionChange change in sessions.ConfigureAwait(false))
        {
            feed.Write(change.Session);
            if (!days.Add((change.Session.UserId, DateOnly.FromDateTime(change.Session.StartTime.UtcDateTime))) || Example is null)
            {
                Example = change.Session;
            }
        }
    }
}
