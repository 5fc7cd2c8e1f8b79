namespace Sessionize.State;

/// <summary>States in memory: the place that instances of <see cref="InMemorySessionStateStore"/> share, as processes share a folder.</summary>
/// <remarks>Safe for use by several threads.</remarks>
/// <param name="clock">The clock by which unconfirmed versions grow old; <see langword="null"/>: the system's.</param>
public sealed class InMemoryStateFolder(TimeProvider? clock = null)
{
    private const int KeptVersions = 10;
    private static readonly TimeSpan s_keepUnconfirmed = TimeSpan.FromDays(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<(LaneId Lane, StateVersion Version), Entry> _entries = [];
    private readonly Dictionary<string, SinkCommit> _records = new(StringComparer.Ordinal);
    private long _confirmations;

    /// <summary>The versions that are kept of a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <returns>The versions, in no particular order.</returns>
    public IReadOnlyList<StateVersion> VersionsOf(LaneId lane)
    {
        lock (_lock)
        {
            return [.. _entries.Keys.Where(key => key.Lane == lane).Select(key => key.Version)];
        }
    }

    internal void Add(LaneId lane, StateVersion version, StateVersion? basedOn, byte[] content)
    {
        lock (_lock)
        {
            if (basedOn is { } found && !_entries.ContainsKey((lane, found)))
            {
                throw Missing(lane, found);
            }

            if (!_entries.TryAdd((lane, version), new Entry(basedOn, content, _clock.GetUtcNow())))
            {
                throw new SessionizeException(
                    $"Lane {lane} has a state version {version} already; a version's name is never used twice. Write it under a new name.");
            }
        }
    }

    internal IReadOnlyList<byte[]> Chain(LaneId lane, StateVersion version)
    {
        lock (_lock)
        {
            List<byte[]> parts = [];
            StateVersion? next = version;
            while (next is { } found)
            {
                if (!_entries.TryGetValue((lane, found), out Entry? entry))
                {
                    throw Missing(lane, found);
                }

                parts.Insert(0, entry.Content);
                next = entry.BasedOn;
            }

            return parts;
        }
    }

    internal void Confirm(LaneId lane, StateVersion version)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((lane, version), out Entry? confirmed))
            {
                throw Missing(lane, version);
            }

            confirmed.ConfirmedAs ??= ++_confirmations;
            Clean(lane);
        }
    }

    /// <summary>Loses a version, as a disk loses a file.</summary>
    internal void Lose(LaneId lane, StateVersion version)
    {
        lock (_lock)
        {
            _entries.Remove((lane, version));
        }
    }

    /// <summary>Flips a bit of a version.</summary>
    internal void Damage(LaneId lane, StateVersion version, int bit)
    {
        lock (_lock)
        {
            byte[] content = _entries[(lane, version)].Content;
            content[bit / 8 % content.Length] ^= (byte)(1 << (bit % 8));
        }
    }

    internal SinkCommit? ReadRecord(string pipeline)
    {
        lock (_lock)
        {
            return _records.GetValueOrDefault(pipeline);
        }
    }

    internal bool SwapRecord(Guid? replaces, SinkCommit commit)
    {
        lock (_lock)
        {
            Guid? present = _records.GetValueOrDefault(commit.Pipeline)?.Id;
            if (present == commit.Id)
            {
                return true;
            }

            if (present != replaces)
            {
                return false;
            }

            _records[commit.Pipeline] = commit;
            return true;
        }
    }

    /// <summary>Keeps the newest confirmed versions, young unconfirmed ones, and all that these are based on.</summary>
    private void Clean(LaneId lane)
    {
        DateTimeOffset old = _clock.GetUtcNow() - s_keepUnconfirmed;
        (LaneId, StateVersion Version)[] ofLane = [.. _entries.Keys.Where(key => key.Lane == lane)];
        HashSet<StateVersion> kept = [];
        IEnumerable<StateVersion> roots = ofLane.Select(key => key.Version)
            .Where(version => _entries[(lane, version)].ConfirmedAs is not null)
            .OrderByDescending(version => _entries[(lane, version)].ConfirmedAs)
            .Take(KeptVersions)
            .Concat(ofLane.Select(key => key.Version).Where(version => _entries[(lane, version)] is { ConfirmedAs: null } entry && entry.WrittenAt > old));
        foreach (StateVersion root in roots)
        {
            for (StateVersion? next = root; next is { } version && kept.Add(version);)
            {
                next = _entries.GetValueOrDefault((lane, version))?.BasedOn;
            }
        }

        foreach ((LaneId, StateVersion Version) key in ofLane)
        {
            if (!kept.Contains(key.Version))
            {
                _entries.Remove(key);
            }
        }
    }

    private static SessionizeException Missing(LaneId lane, StateVersion version) => new(
        $"The state of lane {lane}, version {version}, is missing from memory. Rebuild it from the records (RebuildState; --rebuild-state of the tool), or give the pipeline another name for a fresh start.");

    private sealed class Entry(StateVersion? basedOn, byte[] content, DateTimeOffset writtenAt)
    {
        public StateVersion? BasedOn { get; } = basedOn;

        public byte[] Content { get; } = content;

        public DateTimeOffset WrittenAt { get; } = writtenAt;

        /// <summary>The rank of the first confirmation, or <see langword="null"/>.</summary>
        public long? ConfirmedAs { get; set; }
    }
}
