using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Consuming;
using Sessionize.Kafka.Diagnostics;
using Sessionize.Sources;

namespace Sessionize.Kafka;

/// <summary>Reads events from topics of Kafka, as a member of a consumer group.</summary>
/// <remarks>
/// <para>A lane is a partition's number. The value of a record is one JSON object; key and time of the record do not change the result. A record
/// without a value is no event. Of transactions only the committed ones are read, unless <c>isolation.level</c> says otherwise.</para>
/// <para>Positions are those that the pipeline committed with its sessions. Kafka's own offsets follow them, so that lag tools show something, and
/// are never read. A position is the offset of the next record.</para>
/// <para>The end of a partition by which it is found idle includes transactions that are open: what is in them is still to come.</para>
/// <para>Not thread-safe, but for <see cref="KeyMismatches"/> and <see cref="LostRecords"/>.</para>
/// </remarks>
public sealed class KafkaEventSource : IGroupEventSource, IReadAheadSource, IEventSourceWarning
{
    private static readonly TimeSpan s_watchEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_watchTimeout = TimeSpan.FromSeconds(5);

    // A broker that starts knows no topic for a moment.
    private const int LooksUntilMissing = 3;

    private readonly KafkaOptions _options;
    private readonly string _groupId;
    private readonly string _pipeline;
    private readonly bool _isLive;
    private readonly bool _hasToBeAlone;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Handover _handover;
    private readonly BatchFiller _filler;
    private readonly CancellationTokenSource _stop = new();
    private KafkaCluster? _cluster;
    private TopicPlaces? _places;
    private PositionCheck? _check;
    private Membership? _membership;
    private GroupReader? _reader;
    private Task _watching = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Prepares the reading; nothing is connected to before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">Which topics, and how; copied.</param>
    /// <param name="context">The pipeline's parser, clock and trigger.</param>
    /// <exception cref="SessionizationConfigurationException">The options have mistakes; the message lists all of them.</exception>
    public KafkaEventSource(KafkaOptions options, SessionizationContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        if (KafkaOptionsCheck.FindMistakes(options).ToArray() is { Length: > 0 } mistakes)
        {
            throw new SessionizationConfigurationException(context.Pipeline, mistakes);
        }

        _options = options.Copy();
        _groupId = options.GroupId ?? context.Pipeline;
        _pipeline = context.Pipeline;
        _hasToBeAlone = !options.UsersSpanPartitions
            && context.Definition.Trigger is { IsUntilEnd: true, Closing: { Kind: EndClosingKind.CloseAll, EndTimeMs: null } };
        _isLive = !context.Definition.Trigger.IsUntilEnd;
        _clock = context.TimeProvider;
        _logger = context.LoggerFactory.CreateLogger("Sessionize.Kafka");
        _handover = new Handover(context.Retained, options.BufferBytes);
        _filler = new BatchFiller(_handover, context.Parser, context.Definition.Options.MaxLineBytes, _clock, _isLive);
    }

    /// <inheritdoc/>
    /// <value>Always <see langword="true"/>.</value>
    public bool CanSeek => true;

    /// <summary>How many events had a key other than their user id, or none. Safe to read from any thread.</summary>
    /// <remarks>Where events of one user lie in several partitions, each partition makes sessions of its own.</remarks>
    public long KeyMismatches => _reader?.KeyMismatches ?? 0;

    /// <inheritdoc/>
    string? IEventSourceWarning.Warning => !_options.UsersSpanPartitions && KeyMismatches is > 0 and long mismatches
        ? $"{mismatches} events had a key other than their user id: a user whose events lie in several partitions gets sessions from each. Key the records by the user, or call UsersSpanPartitions()."
        : null;

    /// <summary>Whether records are taken one by one: for tests of what is used where many cannot be had at once.</summary>
    internal bool TakesOneByOne { private get; init; }

    /// <summary>Whether many are taken at once.</summary>
    internal bool TakesMany => _reader is { TakesMany: true };

    /// <summary>How many records were missing and accepted as lost (<see cref="KafkaDataLoss.Continue"/>), as far as is known. Safe to read from any thread.</summary>
    public long LostRecords => _check?.LostRecords ?? 0;

    /// <inheritdoc/>
    /// <returns>None: partitions come with <see cref="TakeAssignmentChange"/>.</returns>
    /// <exception cref="SessionizeException">No broker answers, login or certificate are refused, or a topic is missing.</exception>
    /// <exception cref="SessionizationConfigurationException">All sessions are to be closed at a time of their own, and the group has other members.</exception>
    public async ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken)
    {
        _cluster = new KafkaCluster(_options.BootstrapServers, _options.Properties, _clock, _logger);
        IReadOnlyList<KnownTopic> topics = await _cluster.ProbeAsync(_options, cancellationToken).ConfigureAwait(false);
        _membership = new Membership(_cluster, _groupId, _pipeline, _clock);
        await CheckThatAloneAsync(cancellationToken).ConfigureAwait(false);
        _places = new TopicPlaces(_cluster, _options, _groupId, _clock);
        await _places.OpenAsync(topics, cancellationToken).ConfigureAwait(false);
        _check = new PositionCheck(_cluster, _options, _groupId, _logger);
        _reader = new GroupReader(_options, _groupId, _handover, _filler, Judge, _clock, _logger, TakesOneByOne);
        _reader.Start(_options.UsersSpanPartitions ? _places.All : null);
        _watching = WatchAsync(_stop.Token);
        return [];
    }

    /// <inheritdoc/>
    public async ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (_handover.Seek(partition, position) is { } isRead)
        {
            await _reader!.SeekAsync(isRead, position).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">Records that come next are missing, a right is missing, or the brokers do not answer for a minute.</exception>
    /// <exception cref="SessionizationConfigurationException">All sessions are to be closed at a time of their own, and the group has got other members.</exception>
    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_places is null, this);
        while (true)
        {
            if (_handover.Unresolved is { } arrival)
            {
                _handover.Resolve(arrival, await _places.ResolveAsync(arrival.Places, cancellationToken).ConfigureAwait(false));
            }

            if (_handover.TryRead(batch) is { } result)
            {
                if (result == SourceReadResult.CaughtUp)
                {
                    await CheckThatAloneAsync(cancellationToken).ConfigureAwait(false);
                }

                return result;
            }

            if (await IsLeftOutAsync().ConfigureAwait(false))
            {
                await CheckThatAloneAsync(cancellationToken).ConfigureAwait(false);
                return SourceReadResult.CaughtUp;
            }

            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    bool IReadAheadSource.TryReadReady(EventBatch batch) => _handover.TryReadReady(batch);

    /// <inheritdoc/>
    public AssignmentChange? TakeAssignmentChange() => _handover.TakeChange();

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">
    /// The topic was made anew, has fewer partitions, or no longer has the records that come next; the message names the missing range.
    /// </exception>
    public async ValueTask<IReadOnlyList<PartitionPosition>> CheckAsync(IReadOnlyList<PartitionPosition> recorded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return await _check!.CheckAsync(recorded, _places!.Topics, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Release(AssignmentChange revoked) => _handover.Release(revoked);

    /// <inheritdoc/>
    public void Committed(IReadOnlyList<PartitionPosition> positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        foreach (PartitionPosition position in positions)
        {
            if (PartitionName.TryParse(position.Partition, out PartitionName name))
            {
                _reader?.Store(new TopicPartitionOffset(name.Topic, name.Number, position.Next));
            }
        }
    }

    /// <inheritdoc/>
    public PartitionEnd? EndOf(string partition) => _handover.EndOf(partition);

    /// <summary>Leaves the group, so that others get the partitions at once.</summary>
    /// <returns>Done when the group was left, or after some seconds if no broker answers.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_reader is { } reader)
        {
            await reader.StopAsync().ConfigureAwait(false);
        }

        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _cluster?.Dispose();
        _stop.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task news = _handover.WaitAsync(cancellationToken);
        if (_isLive)
        {
            await news.ConfigureAwait(false);
            return;
        }

        // One that gets no partition hears nothing, and has to look for itself.
        using CancellationTokenSource stopPause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(news, Task.Delay(Membership.LookEvery, _clock, stopPause.Token)).ConfigureAwait(false);
        await stopPause.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> IsLeftOutAsync() => !_isLive && await _membership!.IsLeftOutAsync(
        _reader!.MemberId, hasNothing: _handover.Owned.Count == 0, isQuiet: _handover.Unresolved is null).ConfigureAwait(false);

    private Task CheckThatAloneAsync(CancellationToken cancellationToken) =>
        _hasToBeAlone ? _membership!.CheckThatAloneAsync(_reader?.MemberId, cancellationToken) : Task.CompletedTask;

    /// <summary>Asks the brokers again and again: where partitions end, and whether the topics are there, of which a group says nothing.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(s_watchEvery, _clock);
        int missed = 0;
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                IReadOnlyList<OwnedPartition> owned = _handover.Owned;
                if (owned.Count > 0 && _isLive)
                {
                    await AskForEndsAsync(owned).ConfigureAwait(false);
                }

                missed = owned.Count == 0 && await FindMissingAsync(cancellationToken).ConfigureAwait(false) is not null ? missed + 1 : 0;
                if (missed == LooksUntilMissing)
                {
                    _handover.Fail(KafkaFailure.TopicGone((await FindMissingAsync(cancellationToken).ConfigureAwait(false)) ?? _places!.Topics.Keys.First()));
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The loop's boundary. The answers grow old, and by that nothing counts as idle.
                Log.NoAnswer(_logger, _groupId, failure.Message);
            }
        }
    }

    private async Task AskForEndsAsync(IReadOnlyList<OwnedPartition> owned)
    {
        IReadOnlyDictionary<TopicPartition, long> ends = await _cluster!.ListOffsetsOnceAsync(
            [.. owned.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition.Place, OffsetSpec = OffsetSpec.Latest() })],
            IsolationLevel.ReadUncommitted,
            s_watchTimeout).ConfigureAwait(false);
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (OwnedPartition partition in owned)
        {
            _handover.SetEnd(partition, new PartitionEnd(ends[partition.Place], now));
        }
    }

    private async Task<string?> FindMissingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<KnownTopic> present = await _cluster!.DescribeAsync([.. _places!.Topics.Keys], cancellationToken).ConfigureAwait(false);
        return _places.Topics.Keys.Except(present.Select(topic => topic.Name), StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Says, on the polling thread, what an error means: throws, gives the position to go on from, or nothing.</summary>
    private long? Judge(Error error, OwnedPartition? partition)
    {
        switch (error.Code)
        {
            case ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed:
                throw KafkaFailure.Of("reading", new KafkaException(error));

            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.Local_NoOffset
                or ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.UnknownTopicId or ErrorCode.Local_LogTruncation:
                return JudgeAsync(partition, _stop.Token).GetAwaiter().GetResult();

            default:
                return null;
        }
    }

    private async Task<long?> JudgeAsync(OwnedPartition? partition, CancellationToken cancellationToken)
    {
        IReadOnlyList<KnownTopic> present = await _cluster!.DescribeAsync([.. _places!.Topics.Keys], cancellationToken).ConfigureAwait(false);
        if (_places.Topics.Keys.Except(present.Select(topic => topic.Name), StringComparer.Ordinal).FirstOrDefault() is { } gone)
        {
            throw KafkaFailure.TopicGone(gone);
        }

        if (partition is null)
        {
            return null;
        }

        PartitionPosition reached = new(partition.Source.Name, partition.Source.Count ?? 0, partition.Expected, partition.Expected);
        IReadOnlyList<PartitionPosition> checkedPosition = await _check!.CheckAsync(
            [reached], present.ToDictionary(topic => topic.Name, StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        return checkedPosition[0].Next;
    }
}
