using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Consuming;

/// <summary>The membership in a group: the client, and the partitions that it has. Only the polling thread uses it, and is called back on it.</summary>
/// <param name="options">The options.</param>
/// <param name="groupId">The group.</param>
/// <param name="handover">Where partitions are handed over.</param>
/// <param name="filler">Makes batches of records.</param>
/// <param name="whileWaiting">Is called now and then while a handler waits for the reader.</param>
/// <param name="errors">Takes what librdkafka reports.</param>
/// <param name="logger">The logger.</param>
/// <param name="takesOneByOne">Whether it takes records one by one, though it could take many.</param>
internal sealed class GroupMember(
    KafkaOptions options, string groupId, Handover handover, BatchFiller filler, Action whileWaiting, ClientErrors errors, ILogger logger,
    bool takesOneByOne)
{
    private readonly Dictionary<TopicPartition, OwnedPartition> _owned = [];
    private readonly TimeSpan _patience = ClientSettings.RebalanceTimeout(options) / 2;
    private readonly RecordBytes _key = new();
    private readonly RecordBytes _value = new();
    private IConsumer<bool, bool>? _consumer;
    private IRecordQueue? _records;
    private SingleRecordQueue? _singles;
    private IRecordQueue? _taken;
    private bool _wasCalledBack;
    private volatile string? _id;

    // Of the partitions that came within a take records from before may be in it, as may others that were read since: nobody can tell them
    // apart, so all of them are read again.
    private readonly HashSet<OwnedPartition> _arrived = [];
    private readonly HashSet<OwnedPartition> _unclear = [];
    private OwnedPartition? _current;
    private Error? _fatal;
    private bool _usesConsumerProtocol = ClientSettings.WantsConsumerProtocol(options);

    /// <summary>Whether the partitions that were there at the last <see cref="Pause"/> give no records. Those that came since do.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The name by which the group knows this process; <see langword="null"/> before it joined. May be read by any thread.</summary>
    public string? Id => _id;

    /// <summary>Whether many records are taken at once.</summary>
    public bool TakesMany => _records is NativeRecordQueue;

    /// <summary>Makes the client, which joins the group with its first poll.</summary>
    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public void Open()
    {
        try
        {
            _consumer = new ConsumerBuilder<bool, bool>(ClientSettings.ForConsumer(options, groupId, _usesConsumerProtocol))
                .SetKeyDeserializer(_key)
                .SetValueDeserializer(_value)
                .SetErrorHandler((_, error) => Take(error))
                .SetLogHandler((_, message) => errors.Add(message))
                .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => Revoke(partitions))
                .SetPartitionsLostHandler((_, partitions) => Lose(partitions))
                .Build();
            if (!options.UsersSpanPartitions)
            {
                _consumer.Subscribe(options.TopicPattern is { } pattern ? [$"^({pattern})$"] : options.TopicNames);
            }

            _singles = new SingleRecordQueue(_consumer, _key, _value);
            _records = takesOneByOne ? _singles : (IRecordQueue?)NativeRecordQueue.TryOpen(_consumer, options.HasSeveralTopics) ?? _singles;
        }
        catch (Exception wrong) when (KafkaFailure.IsWrongSetting(wrong))
        {
            throw KafkaFailure.WrongSetting(wrong);
        }
    }

    /// <summary>Takes all partitions, without a group to share them with.</summary>
    public void TakeAll(IReadOnlyList<TopicPartition> places) => _consumer!.Assign(Assign([.. places]));

    /// <summary>Takes records, ends of partitions and errors, and hears of rebalances.</summary>
    /// <param name="waitMs">How long to wait where there are none, in milliseconds.</param>
    /// <returns>How many there are. After they were looked at, <see cref="EndTake"/> has to be called.</returns>
    public int Take(int waitMs)
    {
        // What a handler threw, or met, Confluent.Kafka throws when it is asked for one record, and at no other call.
        _taken = _wasCalledBack ? _singles! : _records!;
        _wasCalledBack = false;
        _arrived.Clear();
        int count = _taken.Take(waitMs);
        if (count == 0)
        {
            // One that gets no partition is a member all the same.
            LearnId();
        }

        return count;
    }

    /// <summary>One of what was taken last.</summary>
    public ConsumedRecord Taken(int index) => _taken![index];

    /// <summary>Goes back to where partitions begin whose records were left out since they may be from before.</summary>
    public void EndTake()
    {
        foreach (OwnedPartition partition in _unclear)
        {
            if (_owned.GetValueOrDefault(partition.Place) != partition)
            {
                continue;
            }

            try
            {
                _consumer!.Seek(new TopicPartitionOffset(partition.Place, partition.Expected));
            }
            catch (KafkaException)
            {
                // It is not read yet.
                Restart(partition, partition.Expected);
            }
        }

        _unclear.Clear();
    }

    /// <returns>The partition; <see langword="null"/> if it is not ours any more, but a record of it was under way.</returns>
    public OwnedPartition? Find(string? topic, int number)
    {
        if (_current is not { } current || current.Place.Partition.Value != number || (topic is not null && current.Place.Topic != topic))
        {
            _current = current = _owned.GetValueOrDefault(new TopicPartition(topic ?? options.TopicNames[0], number));
        }

        if (_arrived.Count > 0 && current is not null && _arrived.Contains(current))
        {
            _unclear.Add(current);
            return null;
        }

        return current;
    }

    /// <summary>Stops all partitions, or those that came since, without leaving the group.</summary>
    public void Pause()
    {
        if (!IsPaused)
        {
            _consumer!.Pause(_owned.Keys);
            IsPaused = true;
            Log.Paused(logger, groupId);
        }
    }

    public void Resume()
    {
        if (IsPaused)
        {
            _consumer!.Resume(_owned.Keys);
            IsPaused = false;
            Log.Resumed(logger, groupId);
        }
    }

    /// <summary>Goes back or forth in a partition, unless it is not ours any more.</summary>
    public void Seek(OwnedPartition partition, long position)
    {
        if (_owned.TryGetValue(partition.Place, out OwnedPartition? owned) && owned == partition)
        {
            filler.Drop(filled => filled == partition);
            _consumer!.Seek(new TopicPartitionOffset(partition.Place, position));
            partition.Expected = position;

            // A batch may have been handed over after the reader discarded the others.
            handover.Seek(partition.Source.Name, position);
        }
    }

    /// <summary>Reads a partition on from another place, after its position was found to be none.</summary>
    public void Restart(OwnedPartition partition, long position)
    {
        if (!options.UsersSpanPartitions && (_usesConsumerProtocol || !options.HasSeveralTopics))
        {
            _consumer!.IncrementalUnassign([partition.Place]);
            _consumer.IncrementalAssign([new TopicPartitionOffset(partition.Place, position)]);
        }
        else
        {
            _consumer!.Assign(_owned.Values.Select(owned => new TopicPartitionOffset(owned.Place, owned == partition ? position : owned.Expected)));
        }

        filler.SkipTo(partition, position);
        filler.Seal();
        _arrived.Add(partition);
    }

    /// <summary>Tells the broker a position with its next automatic commit.</summary>
    public void Store(TopicPartitionOffset position)
    {
        try
        {
            _consumer!.StoreOffset(position);
        }
        catch (KafkaException)
        {
            // The partition is not ours any more, and nothing depends on it.
        }
    }

    /// <summary>Takes an error that librdkafka reported.</summary>
    public void Take(Error error)
    {
        errors.Add(error);
        if (error.IsFatal)
        {
            _fatal = error;
        }
    }

    /// <summary>Looks for an error that no waiting cures: joins by the classic protocol where the brokers know no other, else throws.</summary>
    /// <exception cref="SessionizeException">The membership is at its end.</exception>
    public void ThrowIfFatal()
    {
        if (_fatal is not { } fatal)
        {
            return;
        }

        bool isUnknown = fatal.Code is ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature;
        if (!isUnknown || !_usesConsumerProtocol || ClientSettings.IsProtocolChosen(options))
        {
            throw KafkaFailure.Of($"reading as a member of the group '{groupId}'", new KafkaException(fatal));
        }

        Log.FellBack(logger, groupId);
        _records!.Dispose();
        _consumer!.Dispose();
        (_usesConsumerProtocol, _fatal) = (false, null);
        Open();
    }

    /// <summary>Leaves the group; what is stored by then is told to the broker.</summary>
    public void Close()
    {
        // As long as it is there, the client does not end.
        _records!.Dispose();
        try
        {
            _consumer!.Close();
        }
        catch (KafkaException failure)
        {
            errors.Add(failure.Error);
        }
        finally
        {
            _consumer!.Dispose();
        }
    }

    private IEnumerable<TopicPartitionOffset> Assign(List<TopicPartition> places)
    {
        filler.Seal();
        _wasCalledBack = true;
        IsPaused = false;

        // Before anything is read: who has read to the end asks whether there are other members.
        LearnId();
        if (places.Count == 0)
        {
            return [];
        }

        Arrival arrival = new(places);
        if (!handover.Arrive(arrival, whileWaiting))
        {
            // All stops: nothing is read any more.
            return places.Select(place => new TopicPartitionOffset(place, Offset.End));
        }

        foreach (OwnedPartition partition in arrival.Partitions)
        {
            partition.Expected = partition.Position!.Value;
            _owned[partition.Place] = partition;
            _arrived.Add(partition);
        }

        Log.Assigned(logger, groupId, Names(arrival.Partitions));
        return arrival.Partitions.Select(partition => new TopicPartitionOffset(partition.Place, partition.Expected));
    }

    private void LearnId() => _id = _consumer!.MemberId is { Length: > 0 } id ? id : null;

    private void Revoke(List<TopicPartitionOffset> places)
    {
        IReadOnlyList<OwnedPartition> leaving = TakeAway(places);
        if (leaving.Count == 0 || handover.IsStopped)
        {
            return;
        }

        Log.Revoked(logger, groupId, Names(leaving));
        if (!handover.Leave(leaving, _patience, whileWaiting) && !handover.IsStopped)
        {
            Log.NotReleased(logger, groupId, Names(leaving), _patience);
        }

        // The positions that were committed last, so that librdkafka tells them before the partitions go.
        whileWaiting();
    }

    private void Lose(List<TopicPartitionOffset> places)
    {
        IReadOnlyList<OwnedPartition> lost = TakeAway(places);
        if (lost.Count > 0)
        {
            Log.Lost(logger, groupId, Names(lost));
            handover.Lose(lost);
        }
    }

    private List<OwnedPartition> TakeAway(List<TopicPartitionOffset> places)
    {
        _current = null;
        _wasCalledBack = true;
        List<OwnedPartition> gone = [];
        foreach (TopicPartitionOffset place in places)
        {
            if (_owned.Remove(place.TopicPartition, out OwnedPartition? partition))
            {
                gone.Add(partition);
            }
        }

        // What of them was added is of no use to anybody: whoever gets a partition reads it again.
        filler.Drop(gone.Contains);
        return gone;
    }

    private static string Names(IEnumerable<OwnedPartition> partitions) => string.Join(", ", partitions.Select(partition => partition.Place.ToString()));
}
