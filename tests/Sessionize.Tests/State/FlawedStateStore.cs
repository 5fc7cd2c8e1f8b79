namespace Sessionize.Tests.State;

/// <summary>A store over a place in memory that breaks the contract in one way.</summary>
internal sealed class FlawedStateStore(FlawedStateStore.Place shared, StoreFlaw flaw) : ISessionStateStore
{
    private readonly HashSet<(int Lane, StateVersion Version)> _written = [];
    private readonly Place _place = flaw == StoreFlaw.KeepsStateInTheProcess ? new Place() : shared;

    public async ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        bool isFound = basedOn is not { } wanted || _place.Holds(Key(lane, wanted))
            || (flaw == StoreFlaw.TakesABaseFromAnotherLane && Enumerable.Range(0, 20).Any(other => _place.Holds((other, wanted))));
        if (basedOn is { } missing && flaw != StoreFlaw.AcceptsAMissingBase && !isFound)
        {
            throw Missing(lane, missing);
        }

        bool exists = _place.Holds(Key(lane, version));
        lock (_written)
        {
            _written.Add(Key(lane, version));
        }

        using MemoryStream content = new();
        try
        {
            if (flaw == StoreFlaw.ChecksNamesTooEarly)
            {
                await Task.Yield();
            }

            await write(content, cancellationToken);
        }
        catch when (flaw == StoreFlaw.LeavesHalfWrittenVersions)
        {
            _place.Add(Key(lane, version), basedOn, content.ToArray(), replace: true);
            throw;
        }

        if (flaw != StoreFlaw.IgnoresCancellation)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        byte[] bytes = flaw == StoreFlaw.CutsContent ? content.ToArray()[..(int)Math.Min(content.Length, 65_536)] : content.ToArray();
        bool replace = flaw == StoreFlaw.OverwritesVersions || (flaw == StoreFlaw.ChecksNamesTooEarly && !exists);
        if (!_place.Add(Key(lane, version), basedOn, bytes, replace))
        {
            throw new SessionizeException($"Lane {lane} has a version {version} already.");
        }
    }

    public async ValueTask LoadAsync(LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        List<byte[]> parts = [];
        for (StateVersion? next = version; next is { } found;)
        {
            if (!_place.TryGet(Key(lane, found), out (StateVersion? BasedOn, byte[] Content) entry))
            {
                if (flaw == StoreFlaw.IsSilentAboutAMissingVersion)
                {
                    break;
                }

                throw Missing(lane, found);
            }

            parts.Insert(flaw == StoreFlaw.GivesPartsInWrongOrder ? parts.Count : 0, entry.Content);
            next = flaw == StoreFlaw.KeepsTheNewestPartOnly ? null : entry.BasedOn;
        }

        foreach (byte[] part in parts)
        {
            using MemoryStream content = new(part);
            await read(content, cancellationToken);
        }
    }

    public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken)
    {
        if (flaw == StoreFlaw.LetsOnlyTheWriterConfirm && !_written.Contains(Key(lane, version)))
        {
            throw Missing(lane, version);
        }

        if (flaw is StoreFlaw.DeletesTheBase or StoreFlaw.DeletesUnconfirmedVersions)
        {
            _place.Clean(Key(lane, version), keepBases: flaw != StoreFlaw.DeletesTheBase);
        }

        if (flaw == StoreFlaw.KeepsFiveConfirmedVersions)
        {
            _place.KeepConfirmed(Key(lane, version), 5);
        }

        return default;
    }

    public ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken) => new(_place.Read(Key(pipeline)) is { } record
        ? record with
        {
            Earlier = flaw == StoreFlaw.LosesTheHistory ? [] : record.Earlier,
            Fingerprint = flaw == StoreFlaw.LosesTheFingerprint ? "" : record.Fingerprint,
        }
        : null);

    public async ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken)
    {
        if (flaw == StoreFlaw.LooksAndSwapsInTwoSteps)
        {
            bool matches = _place.Read(Key(commit.Pipeline))?.Id == replaces;
            await Task.Yield();
            return matches && _place.Swap(Key(commit.Pipeline), replaces, commit, look: false);
        }

        return (flaw != StoreFlaw.ForgetsItsOwnSwap && _place.Read(Key(commit.Pipeline))?.Id == commit.Id)
            || _place.Swap(Key(commit.Pipeline), replaces, commit, look: flaw != StoreFlaw.SwapsWithoutLooking);
    }

    public ValueTask DisposeAsync() => default;

    private (int Lane, StateVersion Version) Key(LaneId lane, StateVersion version) => (flaw == StoreFlaw.MixesLanes ? 0 : lane.Number, version);

    private string Key(string pipeline) => flaw == StoreFlaw.MixesPipelines ? "" : pipeline;

    private static SessionizeException Missing(LaneId lane, StateVersion version) => new($"The state of lane {lane}, version {version}, is missing.");

    internal sealed class Place
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<(int Lane, StateVersion Version), (StateVersion? BasedOn, byte[] Content)> _entries = [];
        private readonly List<(int Lane, StateVersion Version)> _confirmed = [];
        private readonly Dictionary<string, SinkCommit> _records = [];

        public bool Holds((int Lane, StateVersion Version) key)
        {
            lock (_lock)
            {
                return _entries.ContainsKey(key);
            }
        }

        public bool TryGet((int Lane, StateVersion Version) key, out (StateVersion? BasedOn, byte[] Content) entry)
        {
            lock (_lock)
            {
                return _entries.TryGetValue(key, out entry);
            }
        }

        public bool Add((int Lane, StateVersion Version) key, StateVersion? basedOn, byte[] content, bool replace)
        {
            lock (_lock)
            {
                if (replace)
                {
                    _entries[key] = (basedOn, content);
                    return true;
                }

                return _entries.TryAdd(key, (basedOn, content));
            }
        }

        public void Clean((int Lane, StateVersion Version) confirmed, bool keepBases)
        {
            lock (_lock)
            {
                HashSet<StateVersion> kept = [confirmed.Version];
                for (StateVersion? next = confirmed.Version; keepBases && next is { } version;)
                {
                    kept.Add(version);
                    next = _entries[(confirmed.Lane, version)].BasedOn;
                }

                foreach ((int Lane, StateVersion Version) key in _entries.Keys.Where(key => key.Lane == confirmed.Lane && !kept.Contains(key.Version)).ToArray())
                {
                    _entries.Remove(key);
                }
            }
        }

        /// <summary>Keeps the newest confirmed versions of a lane and what they are based on, and what was never confirmed.</summary>
        public void KeepConfirmed((int Lane, StateVersion Version) confirmed, int most)
        {
            lock (_lock)
            {
                if (!_confirmed.Contains(confirmed))
                {
                    _confirmed.Add(confirmed);
                }

                (int Lane, StateVersion Version)[] ofLane = [.. _confirmed.Where(key => key.Lane == confirmed.Lane)];
                HashSet<StateVersion?> needed = [];
                foreach ((int Lane, StateVersion Version) newest in ofLane.TakeLast(most))
                {
                    for (StateVersion? next = newest.Version; next is { } version && needed.Add(version);)
                    {
                        next = _entries[(newest.Lane, version)].BasedOn;
                    }
                }

                foreach ((int Lane, StateVersion Version) old in ofLane.SkipLast(most).Where(old => !needed.Contains(old.Version)))
                {
                    _entries.Remove(old);
                }
            }
        }

        public SinkCommit? Read(string pipeline)
        {
            lock (_lock)
            {
                return _records.GetValueOrDefault(pipeline);
            }
        }

        public bool Swap(string pipeline, Guid? replaces, SinkCommit commit, bool look)
        {
            lock (_lock)
            {
                if (look && _records.GetValueOrDefault(pipeline)?.Id != replaces)
                {
                    return false;
                }

                _records[pipeline] = commit;
                return true;
            }
        }
    }
}
