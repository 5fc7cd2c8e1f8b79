using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;

namespace Sessionize.Tests.Engine;

/// <summary>What processes share, and a log of one lane for them to read: engines are taken through the commit protocol step by step.</summary>
internal sealed class EnginePlaces
{
    public const long BaseMs = 1_704_067_200_000;

    private const string Partition = "log";

    private static readonly SourcePartition[] s_partitions = [new(Partition, new LaneId(0), 0)];
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly PipelinePlan _plan;

    public EnginePlaces(Action<SessionizationDefinition>? configure = null)
    {
        SessionizationDefinition definition = new();
        configure?.Invoke(definition);
        _plan = new PipelinePlan(definition, isStreaming: true);
        Folder = new InMemoryStateFolder(Clock);
    }

    public PauseClock Clock { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(BaseMs));

    public InMemorySessionTable Table { get; } = new();

    public InMemoryStateFolder Folder { get; }

    public InMemoryDeadLetterSink DeadLetters { get; } = new();

    /// <summary>The events, as a partition keeps them.</summary>
    public List<ClickstreamEvent> Log { get; } = [];

    public static ClickstreamEvent Event(string user, double minute) => new(user, BaseMs + (long)(minute * 60_000));

    /// <summary>Starts a process, which opens the lane and reads the log.</summary>
    public async Task<StreamingEngine> StartAsync(ISessionSink? sink = null, ISessionStateStore? store = null)
    {
        StreamingEngine engine = new(
            _plan,
            sink ?? new InMemorySessionSink(Table),
            [],
            store ?? new InMemorySessionStateStore(Folder),
            DeadLetters,
            Clock,
            NullLogger.Instance);
        Read(engine, (await engine.OpenAsync(s_partitions, default))[Partition]);
        return engine;
    }

    /// <summary>Opens the lane of a refused commit again, and reads on from there.</summary>
    public async Task ReloadAsync(StreamingEngine engine) => Read(engine, (await engine.ReloadAsync(s_partitions, default))[Partition]);

    /// <summary>Lets a process read the log from a position.</summary>
    public void Read(StreamingEngine engine, long position)
    {
        EventBatch batch = new(_plan.Rules.Retained);
        batch.Begin(Partition);
        for (; position < Log.Count; position++)
        {
            batch.AddItem(new RecordOrigin(position), Log[(int)position], s_mapper);
        }

        if (batch.Count > 0)
        {
            engine.Take(batch);
        }
    }

    /// <summary>Sends an event, which the processes given read.</summary>
    public void Send(ClickstreamEvent e, params StreamingEngine[] readers)
    {
        Log.Add(e);
        foreach (StreamingEngine engine in readers)
        {
            Read(engine, Log.Count - 1);
        }
    }

    /// <summary>Lets the partition be idle for long enough to close what is due by the clock.</summary>
    public void BeIdle(StreamingEngine engine, TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            engine.AdvanceIdle(_ => new PartitionEnd(Log.Count, Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }
    }
}
