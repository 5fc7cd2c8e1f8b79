using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;
using Sessionize.Testing.Harness;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>A pipeline of one lane over a log that several of them read, whose records arrive by the clock; its state can be lost.</summary>
internal sealed class RebuiltProcess(PipelinePlan plan, IReadOnlyList<ClickstreamEvent> log, VirtualClock clock)
{
    private const string Partition = "log";
    private const int MostRecordsPerBatch = 3;

    private static readonly LaneId s_lane = new(0);
    private static readonly SourcePartition[] s_partitions = [new(Partition, s_lane, 0)];
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly InMemoryStateFolder _folder = new(clock);
    private readonly InMemoryDeadLetterSink _deadLetters = new();
    private StreamingEngine _engine = null!;
    private long _next;

    public InMemorySessionTable Table { get; } = new();

    public IEnumerable<string> DeadLetters => _deadLetters.Letters.Select(letter => $"{letter.Position} {letter.Reason}");

    public LaneCommit LastCommit => Table.Commits[^1].Lanes[0];

    public Lane Lane => Assert.Single(_engine.Lanes);

    /// <summary>How many dead letters were written, again ones too.</summary>
    public int WrittenLetters => _deadLetters.Letters.Count;

    public async Task OpenAsync(long records)
    {
        _engine = new StreamingEngine(plan, new InMemorySessionSink(Table), [], new InMemorySessionStateStore(_folder), _deadLetters, clock, NullLogger.Instance);
        _next = (await _engine.OpenAsync(s_partitions, default))[Partition];
        Read(records);
    }

    /// <summary>Reads up to a position.</summary>
    public void Read(long records)
    {
        EventBatch batch = new(plan.Rules.Retained);
        while (_next < records)
        {
            batch.Begin(Partition);
            for (; _next < records && batch.Count < MostRecordsPerBatch; _next++)
            {
                batch.AddItem(
                    new RecordOrigin(_next, ArrivalMs: clock.GetUtcNow().ToUnixTimeMilliseconds()) { IsArrivalMeasured = true }, log[(int)_next], s_mapper);
            }

            _engine.Take(batch);
            _next = _engine.TakeRebuilt()?[Partition] ?? _next;
        }

        _engine.EndRebuilding();
    }

    public async Task CommitAsync()
    {
        if (_engine.BeginCommit(force: true) is { } barrier)
        {
            Assert.True(await _engine.CommitAsync(barrier, default));
        }
    }

    public void LookForIdle() => _engine.AdvanceIdle(_ => new PartitionEnd(_next, clock.GetUtcNow().ToUnixTimeMilliseconds()));

    public void CloseAll() => _engine.CloseAll(null);

    /// <summary>Loses the version that was committed last, and others with it.</summary>
    public void LoseState(Random random)
    {
        StateVersion newest = LastCommit.To;
        if (random.Next(3) == 0)
        {
            _folder.Damage(s_lane, newest, random.Next());
            return;
        }

        bool isAll = random.Next(2) == 0;
        foreach (StateVersion version in _folder.VersionsOf(s_lane))
        {
            if (isAll || version == newest || random.Next(3) == 0)
            {
                _folder.Lose(s_lane, version);
            }
        }
    }
}
