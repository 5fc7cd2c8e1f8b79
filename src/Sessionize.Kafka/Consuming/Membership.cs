using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Consuming;

/// <summary>What a member wants to know of its group, and the brokers are asked for.</summary>
/// <param name="cluster">Asks the brokers.</param>
/// <param name="groupId">The group.</param>
/// <param name="pipeline">The pipeline's name.</param>
/// <param name="clock">The clock.</param>
internal sealed class Membership(KafkaCluster cluster, string groupId, string pipeline, TimeProvider clock)
{
    /// <summary>How often it looks whether it is left out.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // Who has just left may be listed for some seconds more.
    private const int LooksUntilOthersStay = 8;

    // One look may fall between two rounds of a rebalance.
    private const int LooksUntilLeftOut = 2;

    private long _lastLook;
    private int _looks;
    private bool _isTold;

    /// <summary>Looks, now and then, whether the group has settled without giving this member anything.</summary>
    /// <param name="member">This member.</param>
    /// <param name="hasNothing">Whether it has no partition.</param>
    /// <param name="isQuiet">Whether none is on its way.</param>
    /// <returns>Whether that is so; only once.</returns>
    public async Task<bool> IsLeftOutAsync(string? member, bool hasNothing, bool isQuiet)
    {
        if (_isTold || member is null || !hasNothing)
        {
            _looks = 0;
            return false;
        }

        if (_looks > 0 && clock.GetElapsedTime(_lastLook) < LookEvery)
        {
            return false;
        }

        _looks = await cluster.IsLeftOutAsync(groupId, member).ConfigureAwait(false) ? _looks + 1 : 0;
        _lastLook = clock.GetTimestamp();
        _isTold = _looks >= LooksUntilLeftOut && isQuiet;
        return _isTold;
    }

    /// <summary>
    /// For whoever closes all sessions at the highest event time: each member would know only that of its own partitions. Asked before the start and at the
    /// end, since the others may have started at the same time. At the start, those that are about to leave get some seconds; at the end, one that leaves
    /// hands over what this one has not read. Brokers that tell nothing are trusted.
    /// </summary>
    /// <param name="own">This member; <see langword="null"/> before it joined.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SessionizationConfigurationException">The group has other members.</exception>
    public async Task CheckThatAloneAsync(string? own, CancellationToken cancellationToken)
    {
        int others = await CountOthersAsync(own).ConfigureAwait(false);
        for (int looks = 1; others > 0 && own is null && looks < LooksUntilOthersStay; looks++)
        {
            await Task.Delay(LookEvery, clock, cancellationToken).ConfigureAwait(false);
            others = await CountOthersAsync(own).ConfigureAwait(false);
        }

        if (others > 0)
        {
            throw new SessionizationConfigurationException(pipeline, [
                $"All sessions are to be closed at the end, without a time, and the group '{groupId}' has {others} other member{(others == 1 ? "" : "s")}, which would close theirs at another one: "
                + "give all of them the same end time (--end-time, EndClosing.CloseAll), or run one process only; one that was killed is a member until its session time-out."]);
        }
    }

    private async Task<int> CountOthersAsync(string? own) =>
        (await cluster.MembersAsync(groupId).ConfigureAwait(false))?.Count(member => member != own) ?? 0;
}
