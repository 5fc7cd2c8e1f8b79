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

    private readonly string _groupId;
    private readonly Handover _handover;
    private readonly BatchFiller _filler;
    private readonly Func<Error, OwnedPartition?, long?> _judge;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly GroupMember _member;
    private readonly TimeSpan _silence;
    private readonly bool _warnsOfKeys;
    private readonly ConcurrentQueue<Action> _commands = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _nextKeyWarning = 1;
    private long _keyMismatches;

    /// <param name="options">The options.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="handover">Where records and partitions are handed over.</param>
    /// <param name="filler">Makes batches of records.</param>
    /// <param name="judge">Says what an error means: throws, gives the position to go on from in the partition, or <see langword="null"/> for nothing.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="takesOneByOne">Whether it takes records one by one, though it could take many.</param>
    public GroupReader(
        KafkaOptions options,
        string groupId,
        Handover handover,
        BatchFiller filler,
        Func<Error, OwnedPartition?, long?> judge,
        TimeProvider clock,
        ILogger logger,
        bool takesOneByOne)
    {
        (_groupId, _handover, _filler, _judge, _clock, _logger) = (groupId, handover, filler, judge, clock, logger);
        _member = new GroupMember(options, groupId, handover, filler, RunCommands, new ClientErrors(groupId, clock, logger), logger, takesOneByOne);
        _warnsOfKeys = !options.UsersSpanPartitions;
        _silence = TimeSpan.FromTicks(Math.Min(s_longestSilence.Ticks, ClientSettings.RebalanceTimeout(options).Ticks / 6));
    }

    /// <summary>The name by which the group knows this process; <see langword="null"/> before it joined.</summary>
    public string? MemberId => _member.Id;

    /// <summary>Whether many records are taken at once.</summary>
    public bool TakesMany => _member.TakesMany;

    /// <summary>How many events had a key other than their user.</summary>
    public long KeyMismatches => Volatile.Read(ref _keyMismatches);

    /// <summary>Joins the group.</summary>
    /// <param name="all">The partitions, if all of them are taken without a group; else <see langword="null"/>.</param>
    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public void Start(IReadOnlyList<TopicPartition>? all)
    {
        _member.Open();
        new Thread(() => Run(all)) { IsBackground = true, Name = $"Kafka group {_groupId}" }.Start();
    }

    /// <summary>Brings a partition to its position.</summary>
    /// <exception cref="SessionizeException">The client refuses.</exception>
    public Task SeekAsync(OwnedPartition partition, long position)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Command(() =>
        {
            try
            {
                _member.Seek(partition, position);
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
    public void Store(TopicPartitionOffset position) => Command(() => _member.Store(position));

    /// <summary>Leaves the group. Does not wait for ever where no broker answers.</summary>
    public Task StopAsync()
    {
        _handover.Stop();
        return Task.WhenAny(_ended.Task, Task.Delay(s_closing, _clock));
    }

    private void Command(Action command)
    {
        _commands.Enqueue(command);
        _handover.WakePoller();
    }

    private void RunCommands()
    {
        while (_commands.TryDequeue(out Action? command))
        {
            command();
        }
    }

    private void Run(IReadOnlyList<TopicPartition>? all)
    {
        try
        {
            if (all is not null)
            {
                _member.TakeAll(all);
            }

            while (!_handover.IsStopped)
            {
                RunCommands();
                if (_handover.IsFull)
                {
                    WaitForRoom();
                }
                else
                {
                    Poll(_filler.IsEmpty ? PollMs : 0);
                }
            }

            RunCommands();
        }
        catch (Exception failure)
        {
            // The thread's boundary: the reader has to hear of it.
            _handover.Fail(failure as SessionizeException ?? new SessionizeException($"Reading from Kafka fails: {failure.Message}", failure));
        }

        _member.Close();
        _ended.TrySetResult();
    }

    private void Poll(int waitMs)
    {
        int count = _member.Take(waitMs);
        for (int i = 0; i < count; i++)
        {
            Handle(_member.Taken(i));
        }

        _member.EndTake();
        _member.ThrowIfFatal();
        if (count == 0)
        {
            // What is there was taken, so what was taken need not wait for more.
            _filler.Seal();
            WarnOfKeys();
        }
    }

    private void Handle(in ConsumedRecord record)
    {
        if (record.Error is { } error)
        {
            Judge(error, record);
        }
        else if (_member.Find(record.Topic, record.Partition) is { } partition)
        {
            if (record.IsEnd)
            {
                _filler.SkipTo(partition, record.Offset);
                _filler.Seal();
            }
            else if (record.Offset >= partition.Expected)
            {
                _filler.Add(partition, record);
            }
        }
    }

    private void WaitForRoom()
    {
        long start = _clock.GetTimestamp();
        while (!_handover.IsStopped && _handover.IsFull)
        {
            RunCommands();
            if (_clock.GetElapsedTime(start) < _silence)
            {
                _handover.WaitForPoller(TimeSpan.FromMilliseconds(PollMs));
            }
            else
            {
                _member.Pause();
                Poll(PollMs);
            }
        }

        _member.Resume();
    }

    private void Judge(Error error, in ConsumedRecord record)
    {
        _filler.Seal();
        _member.Take(error);
        OwnedPartition? partition = record.Partition >= 0 ? _member.Find(record.Topic, record.Partition) : null;
        if (!error.IsFatal && _judge(error, partition) is { } position)
        {
            _member.Restart(partition!, position);
        }
    }

    private void WarnOfKeys()
    {
        Volatile.Write(ref _keyMismatches, _filler.KeyMismatches);
        if (_warnsOfKeys && _filler.KeyMismatches >= _nextKeyWarning)
        {
            Log.KeyMismatches(_logger, _groupId, _filler.KeyMismatches, _filler.Events);
            _nextKeyWarning = _filler.KeyMismatches * 100;
        }
    }
}
