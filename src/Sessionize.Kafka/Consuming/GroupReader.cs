using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Consuming;

/// <summary>Polls Kafka on a thread of its own: librdkafka calls back within a poll, and a group expels a member that does not poll.</summary>
internal sealed class GroupReader
{
    private const int PollMs = 50;

    // A short commit is waited out with what librdkafka has in its queue. Pausing throws that away, so it is for long ones only.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(8);

    private readonly KafkaOptions _options;
    private readonly string _groupId;
    private readonly Handover _handover;
    private readonly BatchFiller _filler;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClientErrors _errors;
    private readonly Func<Error, OwnedPartition?, long?> _judge;
    private readonly TimeSpan _rebalanceTimeout;
    private readonly ConcurrentQueue<Action<IConsumer<bool, bool>>> _commands = [];
    private readonly Dictionary<TopicPartition, OwnedPartition> _owned = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IConsumer<bool, bool>? _consumer;
    private OwnedPartition? _current;
    private Error? _fatal;
    private bool _usesConsumerProtocol;
    private bool _isPaused;
    private long _nextKeyWarning = 1;
    private long _keyMismatches;

    /// <param name="options">The options.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="handover">Where records and partitions are handed over.</param>
    /// <param name="filler">Makes batches of records.</param>
    /// <param name="judge">Says what an error means: throws, gives the position to go on from in the partition, or <see langword="null"/> for nothing.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The logger.</param>
    public GroupReader(
        KafkaOptions options,
        string groupId,
        Handover handover,
        BatchFiller filler,
        Func<Error, OwnedPartition?, long?> judge,
        TimeProvider clock,
        ILogger logger)
    {
        (_options, _groupId, _handover, _filler, _judge, _clock, _logger) = (options, groupId, handover, filler, judge, clock, logger);
        _errors = new ClientErrors(groupId, clock, logger);
        _usesConsumerProtocol = ClientSettings.WantsConsumerProtocol(options);
        _rebalanceTimeout = ClientSettings.RebalanceTimeout(options);
    }

    /// <summary>The name by which the group knows this process; <see langword="null"/> before it joined.</summary>
    public string? MemberId { get; private set; }

    /// <summary>How many events had a key other than their user.</summary>
    public long KeyMismatches => Volatile.Read(ref _keyMismatches);

    /// <summary>Joins the group.</summary>
    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public void Start()
    {
        _consumer = Make();
        new Thread(Run) { IsBackground = true, Name = $"Kafka group {_groupId}" }.Start();
    }

    /// <summary>Brings a partition to its position.</summary>
    public Task SeekAsync(OwnedPartition partition, long position)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Command(consumer =>
        {
            try
            {
                Seek(consumer, partition, position);
                done.TrySetResult();
            }
            catch (KafkaException failure)
            {
                done.TrySetException(KafkaFailure.Of($"going to offset {position} of {partition.Source.Name}", failure));
            }
        });
        return Task.WhenAny(done.Task, _ended.Task).Unwrap();
    }

    /// <summary>Tells the broker a position, for lag tools.</summary>
    public void Store(TopicPartitionOffset position) => Command(consumer =>
    {
        try
        {
            consumer.StoreOffset(position);
        }
        catch (KafkaException)
        {
            // The partition is not ours any more, and nothing depends on it.
        }
    });

    /// <summary>Leaves the group; what is stored by then is told to the broker. Does not wait for ever where no broker answers.</summary>
    public Task StopAsync()
    {
        _handover.Stop();
        return Task.WhenAny(_ended.Task, Task.Delay(s_closing, _clock));
    }

    private void Command(Action<IConsumer<bool, bool>> command)
    {
        _commands.Enqueue(command);
        _handover.WakePoller();
    }

    private IConsumer<bool, bool> Make()
    {
        try
        {
            IConsumer<bool, bool> consumer = new ConsumerBuilder<bool, bool>(ClientSettings.ForConsumer(_options, _groupId, _usesConsumerProtocol))
                .SetKeyDeserializer(_filler.Key)
                .SetValueDeserializer(_filler.Value)
                .SetErrorHandler((_, error) => Take(error))
                .SetLogHandler((_, message) => _errors.Add(message))
                .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => Revoke(partitions))
                .SetPartitionsLostHandler((_, partitions) => Lose(partitions))
                .Build();
            consumer.Subscribe(_options.TopicPattern is { } pattern ? [$"^({pattern})$"] : _options.TopicNames);
            return consumer;
        }
        catch (Exception wrong) when (KafkaFailure.IsWrongSetting(wrong))
        {
            throw KafkaFailure.WrongSetting(wrong);
        }
    }

    private void Run()
    {
        try
        {
            while (!_handover.IsStopped)
            {
                Step();
            }
        }
        catch (Exception failure)
        {
            // The thread's boundary: the reader has to hear of it.
            _handover.Fail(failure as SessionizeException ?? new SessionizeException($"Reading from Kafka fails: {failure.Message}", failure));
        }

        Close();
        _ended.TrySetResult();
    }

    private void Step()
    {
        RunCommands();
        if (_handover.IsFull)
        {
            WaitForRoom();
            return;
        }

        Poll(_filler.IsEmpty ? PollMs : 0);
        if (_fatal is { } fatal)
        {
            FallBackOrThrow(fatal);
        }
    }

    private void Poll(int waitMs)
    {
        ConsumeResult<bool, bool>? result;
        try
        {
            result = _consumer!.Consume(waitMs);
        }
        catch (ConsumeException failure)
        {
            _filler.Seal();
            TakeFailure(failure);
            return;
        }

        if (result is null)
        {
            // What is there was taken, so what was taken need not wait for more.
            _filler.Seal();
            MemberId ??= _consumer!.MemberId is { Length: > 0 } id ? id : null;
            WarnOfKeys();
        }
        else if (Find(result) is { } partition)
        {
            if (result.IsPartitionEOF)
            {
                _filler.SkipTo(partition, result.Offset.Value);
                _filler.Seal();
            }
            else if (result.Offset.Value >= partition.Expected)
            {
                _filler.Add(partition, result);
            }
        }
    }

    /// <returns>The partition; <see langword="null"/> if it is not ours any more, but a record of it was under way.</returns>
    private OwnedPartition? Find(ConsumeResult<bool, bool> result)
    {
        if (_current is { } current && current.Place.Partition == result.Partition && (result.Topic is null || current.Place.Topic == result.Topic))
        {
            return current;
        }

        _current = _owned.GetValueOrDefault(new TopicPartition(result.Topic ?? _options.TopicNames[0], result.Partition));
        return _current;
    }

    private void WaitForRoom()
    {
        TimeSpan patience = TimeSpan.FromTicks(Math.Min(s_longestSilence.Ticks, _rebalanceTimeout.Ticks / 6));
        long start = _clock.GetTimestamp();
        while (!_handover.IsStopped && _handover.IsFull)
        {
            RunCommands();
            if (_clock.GetElapsedTime(start) < patience)
            {
                _handover.WaitForPoller(TimeSpan.FromMilliseconds(PollMs));
                continue;
            }

            if (!_isPaused)
            {
                // Again after a rebalance: partitions that came are not paused.
                _consumer!.Pause(_owned.Keys);
                _isPaused = true;
                Log.Paused(_logger, _groupId);
            }

            Poll(PollMs);
        }

        if (_isPaused)
        {
            _consumer!.Resume(_owned.Keys);
            _isPaused = false;
            Log.Resumed(_logger, _groupId);
        }
    }

    private void RunCommands()
    {
        while (_commands.TryDequeue(out Action<IConsumer<bool, bool>>? command))
        {
            command(_consumer!);
        }
    }

    private void Seek(IConsumer<bool, bool> consumer, OwnedPartition partition, long position)
    {
        if (!_owned.TryGetValue(partition.Place, out OwnedPartition? owned) || owned != partition)
        {
            return;
        }

        _filler.Drop(filled => filled == partition);
        consumer.Seek(new TopicPartitionOffset(partition.Place, position));
        partition.Expected = position;

        // A batch may have been handed over after the reader discarded the others.
        _handover.Seek(partition.Source.Name, position);
    }

    private IEnumerable<TopicPartitionOffset> Assign(List<TopicPartition> places)
    {
        _filler.Seal();
        _isPaused = false;
        Arrival arrival = new(places);
        if (places.Count == 0)
        {
            return [];
        }

        if (!_handover.Arrive(arrival, RunCommands))
        {
            // All stops: nothing is read any more.
            return places.Select(place => new TopicPartitionOffset(place, Offset.End));
        }

        foreach (OwnedPartition partition in arrival.Partitions)
        {
            partition.Expected = partition.Position!.Value;
            _owned[partition.Place] = partition;
        }

        Log.Assigned(_logger, _groupId, Names(arrival.Partitions));
        return arrival.Partitions.Select(partition => new TopicPartitionOffset(partition.Place, partition.Expected));
    }

    private void Revoke(List<TopicPartitionOffset> places)
    {
        IReadOnlyList<OwnedPartition> leaving = TakeAway(places);
        if (leaving.Count == 0 || _handover.IsStopped)
        {
            return;
        }

        Log.Revoked(_logger, _groupId, Names(leaving));
        TimeSpan patience = _rebalanceTimeout / 2;
        if (!_handover.Leave(leaving, patience, RunCommands) && !_handover.IsStopped)
        {
            Log.NotReleased(_logger, _groupId, Names(leaving), patience);
        }

        RunCommands();
    }

    private void Lose(List<TopicPartitionOffset> places)
    {
        IReadOnlyList<OwnedPartition> lost = TakeAway(places);
        if (lost.Count > 0)
        {
            Log.Lost(_logger, _groupId, Names(lost));
            _handover.Lose(lost);
        }
    }

    private List<OwnedPartition> TakeAway(List<TopicPartitionOffset> places)
    {
        _current = null;
        List<OwnedPartition> gone = [];
        foreach (TopicPartitionOffset place in places)
        {
            if (_owned.Remove(place.TopicPartition, out OwnedPartition? partition))
            {
                gone.Add(partition);
            }
        }

        // What of them was added is of no use to anybody: whoever gets a partition reads it again.
        _filler.Drop(gone.Contains);
        return gone;
    }

    private void Take(Error error)
    {
        _errors.Add(error);
        if (error.IsFatal)
        {
            _fatal = error;
        }
    }

    private void TakeFailure(ConsumeException failure)
    {
        _errors.Add(failure.Error);
        if (failure.Error.IsFatal)
        {
            _fatal = failure.Error;
            return;
        }

        OwnedPartition? partition = failure.ConsumerRecord is { } record
            ? _owned.GetValueOrDefault(new TopicPartition(record.Topic ?? (_options.HasSeveralTopics ? "" : _options.TopicNames[0]), record.Partition))
            : null;
        if (_judge(failure.Error, partition) is { } position)
        {
            Restart(partition!, position);
        }
    }

    /// <summary>Reads a partition on from another place, after its position was found to be none.</summary>
    private void Restart(OwnedPartition partition, long position)
    {
        if (_usesConsumerProtocol || !_options.HasSeveralTopics)
        {
            _consumer!.IncrementalUnassign([partition.Place]);
            _consumer.IncrementalAssign([new TopicPartitionOffset(partition.Place, position)]);
        }
        else
        {
            _consumer!.Assign(_owned.Values.Select(owned => new TopicPartitionOffset(owned.Place, owned == partition ? position : owned.Expected)));
        }

        _filler.SkipTo(partition, position);
        _filler.Seal();
    }

    private void FallBackOrThrow(Error fatal)
    {
        bool isUnknown = fatal.Code is ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature;
        if (!isUnknown || !_usesConsumerProtocol || ClientSettings.IsProtocolChosen(_options))
        {
            throw KafkaFailure.Of($"reading as a member of the group '{_groupId}'", new KafkaException(fatal));
        }

        Log.FellBack(_logger, _groupId);
        _consumer!.Dispose();
        (_usesConsumerProtocol, _fatal, MemberId) = (false, null, null);
        _consumer = Make();
    }

    private void WarnOfKeys()
    {
        _keyMismatches = _filler.KeyMismatches;
        if (_filler.KeyMismatches >= _nextKeyWarning)
        {
            Log.KeyMismatches(_logger, _groupId, _filler.KeyMismatches, _filler.Events);
            _nextKeyWarning = Math.Max(_filler.KeyMismatches, _nextKeyWarning) * 100;
        }
    }

    private void Close()
    {
        try
        {
            RunCommands();
            _consumer!.Close();
        }
        catch (KafkaException failure)
        {
            _errors.Add(failure.Error);
        }
        finally
        {
            _consumer!.Dispose();
        }
    }

    private static string Names(IEnumerable<OwnedPartition> partitions) => string.Join(", ", partitions.Select(partition => partition.Place.ToString()));
}
