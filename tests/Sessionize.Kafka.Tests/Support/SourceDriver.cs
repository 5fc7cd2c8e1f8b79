using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Sessionize.Engine;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Reads a source as an engine does: opens what comes, from positions that several drivers share as they would a sink, and lets go what leaves.</summary>
internal sealed class SourceDriver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PartitionPosition> _commits;
    private readonly EventBatch _batch = new(EventFields.None);
    private readonly Dictionary<string, PartitionPosition> _reached = new(StringComparer.Ordinal);

    public SourceDriver(
        KafkaOptions options,
        ConcurrentDictionary<string, PartitionPosition>? commits = null,
        Trigger? trigger = null,
        string pipeline = "clicks",
        ILoggerFactory? logs = null,
        Func<IEventParser, IEventParser>? wrap = null,
        bool oneByOne = false)
    {
        _commits = commits ?? new(StringComparer.Ordinal);
        SessionizationDefinition definition = new(pipeline) { Trigger = trigger ?? Trigger.UntilEnd(), LoggerFactory = logs };
        PipelinePlan plan = new(definition, isStreaming: true);
        SessionizationContext context = PipelinePlan.ContextOf(definition, plan.Rules, null);
        Source = new KafkaEventSource(options, context with { Parser = wrap?.Invoke(context.Parser) ?? context.Parser }) { TakesOneByOne = oneByOne };
    }

    public KafkaEventSource Source { get; }

    /// <summary>What was read and committed, in its order. Records of partitions that were lost before are left out.</summary>
    public List<ReadRecord> Records { get; } = [];

    /// <summary>The partitions that are this driver's.</summary>
    public IReadOnlyCollection<string> Owned => _reached.Keys;

    /// <summary>What changed, in its order.</summary>
    public List<AssignmentChange> Changes { get; } = [];

    /// <summary>How far a partition was read.</summary>
    public long NextOf(string partition) => _reached[partition].Next;

    /// <summary>Called before a partition that leaves is released.</summary>
    public Func<AssignmentChange, Task> OnRevoked { get; set; } = _ => Task.CompletedTask;

    public async Task<SourceDriver> OpenAsync(CancellationToken cancellationToken)
    {
        Xunit.Assert.Empty(await Source.OpenAsync(cancellationToken));
        return this;
    }

    /// <summary>Reads until everything that was there is read, and commits.</summary>
    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        while (await StepAsync(cancellationToken) != SourceReadResult.CaughtUp)
        {
        }

        Commit(_reached.Values);
    }

    /// <summary>Reads until something holds.</summary>
    /// <param name="holds">Is looked at after each read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="mayWait">Whether it may begin to hold without a record: then it is looked at now and then, too.</param>
    public async Task ReadUntilAsync(Func<bool> holds, CancellationToken cancellationToken, bool mayWait = false)
    {
        while (!holds())
        {
            using CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (mayWait)
            {
                pause.CancelAfter(TimeSpan.FromMilliseconds(200));
            }

            try
            {
                await StepAsync(pause.Token, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing came.
            }
        }
    }

    /// <summary>Lets several drivers read until something holds.</summary>
    /// <remarks>Once seen by one it holds for all: who stopped reading takes part in no further rebalance, for which the others would wait.</remarks>
    public static async Task ReadUntilAsync(Func<bool> holds, params SourceDriver[] drivers)
    {
        bool isSeen = false;
        await Task.WhenAll(drivers.Select(driver => driver.ReadUntilAsync(() => isSeen || (isSeen = holds()), TimeLimit.Of(), mayWait: true)));
    }

    /// <summary>Reads a partition again, as after a commit that was refused.</summary>
    public async Task GoBackAsync(string partition, long position, CancellationToken cancellationToken)
    {
        Records.RemoveAll(record => record.Partition == partition);
        _reached[partition] = _reached[partition] with { Next = position };
        await Source.SeekAsync(partition, position, cancellationToken);
    }

    /// <summary>Reads once, and does what it asks for.</summary>
    public Task<SourceReadResult> StepAsync(CancellationToken cancellationToken) => StepAsync(cancellationToken, cancellationToken);

    /// <summary>Reads once, for as long as is waited; what it asks for is then done to its end: a change that breaks off half-way is never done.</summary>
    private async Task<SourceReadResult> StepAsync(CancellationToken waiting, CancellationToken cancellationToken)
    {
        SourceReadResult result = await Source.ReadAsync(_batch, waiting);
        if (result == SourceReadResult.Records)
        {
            Take();
        }
        else if (result == SourceReadResult.AssignmentChanged)
        {
            await ChangeAsync(Source.TakeAssignmentChange()!, cancellationToken);
        }

        return result;
    }

    /// <summary>Makes what was read durable.</summary>
    public void Commit() => Commit([.. _reached.Values]);

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private void Take()
    {
        PartitionPosition reached = _reached[_batch.Partition];
        for (int row = 0; row < _batch.Count; row++)
        {
            RecordOrigin origin = _batch.Origin(row);
            Xunit.Assert.True(origin.Position >= reached.Next, $"{_batch.Partition} gave {origin.Position} after {reached.Next - 1}");
            Records.Add(new ReadRecord(
                _batch.Partition, origin.Position, Encoding.UTF8.GetString(_batch.UserId(row)), _batch.TimestampMs(row), _batch.Reason(row), origin.ArrivalMs));
        }

        _reached[_batch.Partition] = reached with { Next = _batch.Next };
    }

    private async Task ChangeAsync(AssignmentChange change, CancellationToken cancellationToken)
    {
        Changes.Add(change);
        if (change.Kind != AssignmentChangeKind.Assigned)
        {
            PartitionPosition[] leaving = [.. change.Partitions.Select(partition => _reached[partition.Name])];
            if (change.Kind == AssignmentChangeKind.Revoked)
            {
                await OnRevoked(change);
                Commit(leaving);
                Source.Release(change);
            }
            else
            {
                // What was read and not committed is another's.
                Records.RemoveAll(record => leaving.Any(lost => lost.Partition == record.Partition && record.Position >= CommittedOf(lost)));
            }

            foreach (SourcePartition partition in change.Partitions)
            {
                _reached.Remove(partition.Name);
            }

            return;
        }

        PartitionPosition[] recorded = [.. _commits.Values.Where(commit => change.Partitions.Any(partition => KeyOf(partition.Name) == KeyOf(commit.Partition)))];
        List<PartitionPosition> present = [];
        foreach (IGrouping<string, PartitionPosition> lane in recorded.GroupBy(position => position.Partition.Split('/')[2]))
        {
            present.AddRange(await Source.CheckAsync([.. lane], cancellationToken));
        }

        foreach (SourcePartition partition in change.Partitions)
        {
            PartitionPosition start = present.Find(position => position.Partition == partition.Name)
                ?? new PartitionPosition(partition.Name, partition.Count!.Value, partition.Start, partition.Start);
            _reached.Add(partition.Name, start);
            await Source.SeekAsync(partition.Name, start.Next, cancellationToken);
        }
    }

    private void Commit(IEnumerable<PartitionPosition> positions)
    {
        foreach (PartitionPosition position in positions)
        {
            _commits[KeyOf(position.Partition)] = position;
        }

        Source.Committed([.. positions]);
    }

    private long CommittedOf(PartitionPosition position) => _commits.TryGetValue(KeyOf(position.Partition), out PartitionPosition? committed) ? committed.Next : 0;

    // Topic and number: lanes are found again when a topic was made anew.
    private static string KeyOf(string partition) => $"{partition.Split('/')[0]}/{partition.Split('/')[2]}";
}
