using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Cluster;

/// <summary>What is asked of the brokers beside reading: topics, ends of partitions, members of groups.</summary>
/// <remarks>Has a connection of its own, since answers on the reading one wait behind the records. Safe for use by several threads.</remarks>
internal sealed partial class KafkaCluster : IDisposable
{
    private static readonly TimeSpan s_request = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_newTopic = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_localRequest = TimeSpan.FromSeconds(1);

    private readonly string _servers;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClientErrors _errors;
    private readonly LastingAdminClient _admin;
    private bool? _tellsIds;
    private bool _hasAnswered;

    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public KafkaCluster(string servers, IEnumerable<KeyValuePair<string, string>> properties, TimeProvider clock, ILogger logger)
    {
        (_servers, _clock, _logger) = (servers, clock, logger);
        _errors = new ClientErrors("Kafka's administration", clock, logger);
        try
        {
            Dictionary<string, string> settings = ClientSettings.ForAdmin(servers, properties);
            _admin = new LastingAdminClient(() => new AdminClientBuilder(settings)
                .SetErrorHandler((_, error) => _errors.Add(error))
                .SetLogHandler((_, message) => _errors.Add(message))
                .Build());
        }
        catch (Exception wrong) when (KafkaFailure.IsWrongSetting(wrong))
        {
            throw KafkaFailure.WrongSetting(wrong);
        }
    }

    /// <summary>Waits until the brokers answer, and looks at the topics.</summary>
    /// <param name="options">The topics, and how long is waited.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">No broker answers, the login is refused, or a topic is missing.</exception>
    public async Task<IReadOnlyList<KnownTopic>> ProbeAsync(KafkaOptions options, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        while (true)
        {
            Task<IReadOnlyList<KnownTopic>> asking = FindTopicsAsync(options);
            if (await Task.WhenAny(asking, _errors.Refused).WaitAsync(cancellationToken).ConfigureAwait(false) != asking)
            {
                // Another broker may have let us in.
                await Task.WhenAny(asking, Task.Delay(TimeSpan.FromSeconds(1), _clock, cancellationToken)).ConfigureAwait(false);
                if (!asking.IsCompletedSuccessfully)
                {
                    _ = asking.ContinueWith(late => late.Exception, TaskScheduler.Default);
                    throw KafkaFailure.Unavailable(_servers, _clock.GetElapsedTime(start), await _errors.Refused.ConfigureAwait(false), null);
                }
            }

            try
            {
                return await asking.ConfigureAwait(false);
            }
            catch (KafkaException failure) when (failure.Error.Code == ErrorCode.UnknownTopicOrPart && _clock.GetElapsedTime(start) < s_newTopic)
            {
                // One that was created a moment ago is not known everywhere.
            }
            catch (KafkaException failure) when (failure.Error.Code == ErrorCode.UnknownTopicOrPart)
            {
                string name = failure.Error.Reason;
                string[] there = await TopicsAsync().ConfigureAwait(false);
                if (!there.Contains(name, StringComparer.Ordinal))
                {
                    throw KafkaFailure.NoSuchTopic(name, _servers, there);
                }

                if (_clock.GetElapsedTime(start) >= options.StartTimeout)
                {
                    throw KafkaFailure.Of($"asking {_servers} for the topic '{name}'", failure);
                }

                // It came between the two questions.
            }
            catch (KafkaException failure) when (KafkaFailure.IsPassing(failure.Error) && _clock.GetElapsedTime(start) < options.StartTimeout)
            {
                // The brokers may be starting, just as we are.
            }
            catch (KafkaException failure)
            {
                throw KafkaFailure.IsPassing(failure.Error)
                    ? KafkaFailure.Unavailable(_servers, _clock.GetElapsedTime(start), _errors.Last, failure)
                    : KafkaFailure.Of($"asking {_servers} for the topics", failure);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Describes topics by their names.</summary>
    /// <exception cref="SessionizeException">The brokers do not answer for a minute, or refuse.</exception>
    public Task<IReadOnlyList<KnownTopic>> DescribeAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        RepeatAsync($"describing {string.Join(", ", names)}", () => DescribeOnceAsync(names), cancellationToken);

    /// <summary>Asks for one offset of each partition.</summary>
    /// <param name="specifications">The partitions and which offset is meant.</param>
    /// <param name="isolation">Whether the end lies before transactions that are open.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The offsets; -1 where a time lies behind the last record.</returns>
    /// <exception cref="SessionizeException">The brokers do not answer for a minute, or refuse.</exception>
    public Task<IReadOnlyDictionary<TopicPartition, long>> ListOffsetsAsync(
        IReadOnlyCollection<TopicPartitionOffsetSpec> specifications, IsolationLevel isolation, CancellationToken cancellationToken) =>
        RepeatAsync("asking for offsets", () => ListOffsetsOnceAsync(specifications, isolation, s_request), cancellationToken);

    /// <summary>As <see cref="ListOffsetsAsync"/>, without a second try.</summary>
    /// <exception cref="KafkaException">The brokers do not answer in time, or refuse.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> ListOffsetsOnceAsync(
        IReadOnlyCollection<TopicPartitionOffsetSpec> specifications, IsolationLevel isolation, TimeSpan timeout)
    {
        if (specifications.Count == 0)
        {
            return new Dictionary<TopicPartition, long>();
        }

        try
        {
            ListOffsetsResult result = await AskAsync(
                client => client.ListOffsetsAsync(specifications, new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = timeout }), timeout).ConfigureAwait(false);
            return result.ResultInfos.ToDictionary(
                info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
        }
        catch (ListOffsetsException partly)
        {
            // All of it may have failed, without an error of a partition.
            Error? first = partly.Result.ResultInfos?.Select(info => info.TopicPartitionOffsetError.Error).FirstOrDefault(error => error.IsError);
            if (first?.Code is ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.NotLeaderForPartition)
            {
                // After a broker's restart the client asks with the leader that it knew, again and again, unless it looks for the present one.
                await TopicsAsync().ConfigureAwait(false);
            }

            throw new KafkaException(first ?? partly.Error, partly);
        }
    }

    public void Dispose() => _admin.Dispose();

    private async Task<IReadOnlyList<KnownTopic>> FindTopicsAsync(KafkaOptions options)
    {
        IReadOnlyList<string> names = options.TopicNames;
        if (options.TopicPattern is { } pattern)
        {
            Regex whole = new($"^(?:{pattern})$", RegexOptions.CultureInvariant);
            names = [.. (await TopicsAsync().ConfigureAwait(false)).Where(name => whole.IsMatch(name))];
            if (names.Count == 0)
            {
                throw new SessionizeException($"No topic at {_servers} matches the pattern '{pattern}': create one, or correct Kafka:TopicPattern.");
            }
        }

        IReadOnlyList<KnownTopic> topics = await DescribeOnceAsync(names).ConfigureAwait(false);
        string[] missing = [.. names.Except(topics.Select(topic => topic.Name), StringComparer.Ordinal)];
        if (missing.Length == 0)
        {
            return topics;
        }

        if (options.CreateTopicsWithPartitions is not { } partitions)
        {
            throw new KafkaException(new Error(ErrorCode.UnknownTopicOrPart, missing[0]));
        }

        foreach (string name in missing)
        {
            await CreateAsync(name, partitions, []).ConfigureAwait(false);
        }

        // Not every broker knows it at once: that is found out by asking again.
        throw new KafkaException(ErrorCode.LeaderNotAvailable);
    }

    private async Task<IReadOnlyList<KnownTopic>> DescribeOnceAsync(IReadOnlyCollection<string> names)
    {
        if (_tellsIds == false)
        {
            return await DescribeWithoutIdsAsync(names).ConfigureAwait(false);
        }

        // Embedded brokers name no controller, which is waited for in vain. They are on this machine, where others answer at once.
        bool mayBeEmbedded = _tellsIds is null && _servers.Split(',').All(server => server.TrimStart().StartsWith("127.0.0.1:", StringComparison.Ordinal));
        try
        {
            IReadOnlyList<KnownTopic> topics = await DescribeWithIdsAsync(names, mayBeEmbedded ? s_localRequest : s_request).ConfigureAwait(false);
            _tellsIds = true;
            return topics;
        }
        catch (KafkaException failure) when (mayBeEmbedded && WaitsForController(failure))
        {
            // Once more after they are known to answer, so that a machine that is slow is not taken for one without a controller.
            IReadOnlyList<KnownTopic> topics = await DescribeWithoutIdsAsync(names).ConfigureAwait(false);
            _tellsIds = _hasAnswered ? false : null;
            return _hasAnswered ? topics : await DescribeAgainAsync(names).ConfigureAwait(false);
        }
    }

    private Task<IReadOnlyList<KnownTopic>> DescribeAgainAsync(IReadOnlyCollection<string> names)
    {
        _hasAnswered = true;
        return DescribeOnceAsync(names);
    }

    private Task<KnownTopic[]> DescribeWithoutIdsAsync(IReadOnlyCollection<string> names) => Task.Run(() =>
        _admin.Use(client => client.GetMetadata(s_localRequest)).Topics.Where(topic => !topic.Error.IsError && names.Contains(topic.Topic))
            .Select(topic => new KnownTopic(topic.Topic, KnownTopic.NoId, topic.Partitions.Count)).ToArray());

    private async Task<IReadOnlyList<KnownTopic>> DescribeWithIdsAsync(IReadOnlyCollection<string> names, TimeSpan timeout)
    {
        List<TopicDescription> found;
        try
        {
            DescribeTopicsResult result = await AskAsync(
                client => client.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = timeout }), timeout).ConfigureAwait(false);
            found = result.TopicDescriptions;
        }
        catch (DescribeTopicsException partly)
        {
            found = partly.Results.TopicDescriptions;
            if (found.Find(topic => topic.Error.IsError && topic.Error.Code != ErrorCode.UnknownTopicOrPart) is { } failed)
            {
                throw new KafkaException(failed.Error, partly);
            }
        }

        return [.. found.Where(topic => !topic.Error.IsError).Select(topic => new KnownTopic(topic.Name, IdOf(topic), topic.Partitions.Count))];
    }

    /// <summary>The id as Kafka's own tools write it: Base64 that can stand in a path.</summary>
    private static string IdOf(TopicDescription topic) =>
        topic.TopicId is not { } id || (id.MostSignificantBits.Value == 0 && id.LeastSignificantBits.Value == 0)
            ? KnownTopic.NoId
            : id.ToString().TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Asks, and waits only a little longer for the answer than librdkafka says that it does: one asked for while a broker goes may never come.</summary>
    private async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> ask, TimeSpan timeout)
    {
        try
        {
            return await _admin.Use(ask).WaitAsync(timeout + s_grace).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut), late);
        }
        catch (KafkaException failure) when (WaitsForController(failure) || failure.Error.Code == ErrorCode.Local_NoEnt)
        {
            // Until it looks at all topics anew, the client goes on asking the broker that it was told to ask, though that one is gone; and what a broker did not know yet, it takes
            // for what is not there.
            await TopicsAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static bool WaitsForController(KafkaException failure) => failure.Error.Reason.Contains("controller", StringComparison.Ordinal);

    private Task<string[]> TopicsAsync() => Task.Run(() => _admin.Use(client => client.GetMetadata(s_request)).Topics.Select(topic => topic.Topic).ToArray());

    private async Task<T> RepeatAsync<T>(string what, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                return await ask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException failure)
                when ((KafkaFailure.IsPassing(failure.Error) || failure.Error.Code == ErrorCode.UnknownTopicOrPart) && _clock.GetElapsedTime(start) < s_patience)
            {
                // Not every broker hears of a new topic at once.
                await Task.Delay(pause, _clock, cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
            }
            catch (KafkaException failure)
            {
                throw KafkaFailure.Of(what, failure);
            }
        }
    }
}
