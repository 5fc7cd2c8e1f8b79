namespace Sessionize.State;

/// <summary>What an instance of the store knows of a lane's versions: which are confirmed, what they are based on, and which may go.</summary>
/// <remarks>
/// It knows what it wrote itself and what the file of a version that it took over names: every version that was confirmed before that one. So
/// neither the lane's folder is listed nor a mark written at a commit. Not thread-safe: a lane's calls come one after the other.
/// </remarks>
internal sealed class LaneVersions
{
    /// <summary>How many confirmed versions are kept, with all that they are based on: as far back can a table be rolled.</summary>
    public const int KeptConfirmed = 10;

    private readonly Dictionary<StateVersion, StateVersion?> _bases = [];
    private readonly List<StateVersion> _confirmed = [];
    private readonly List<StateVersion> _unneeded = [];

    /// <param name="sweptMs">When the lane's folder was last looked through.</param>
    public LaneVersions(long sweptMs) => SweptMs = sweptMs;

    /// <summary>When the lane's folder was last looked through, in milliseconds since the Unix epoch.</summary>
    public long SweptMs { get; set; }

    /// <summary>What was kept and is needed no more; to be deleted.</summary>
    public IReadOnlyList<StateVersion> Unneeded => _unneeded;

    /// <summary>Takes over what the file of a version knows; nothing else is known from then on.</summary>
    public static LaneVersions Of(StateFile file)
    {
        LaneVersions versions = new(file.SweptMs);
        foreach (KeptVersion kept in file.Kept)
        {
            versions._bases[kept.Version] = kept.BasedOn;
            if (kept.IsConfirmed)
            {
                versions._confirmed.Add(kept.Version);
            }
        }

        versions.Add(file.Version, file.BasedOn);
        return versions;
    }

    public bool Knows(StateVersion version) => _bases.ContainsKey(version);

    public void Add(StateVersion version, StateVersion? basedOn) => _bases[version] = basedOn;

    /// <summary>Whether a version is one of the newest confirmed ones, or one of them is based on it.</summary>
    public bool Needs(StateVersion version) => Needed().Contains(version);

    /// <summary>The version was committed; <see cref="Unneeded"/> grows by what that makes old.</summary>
    public void Confirm(StateVersion version)
    {
        if (_confirmed.Contains(version))
        {
            return;
        }

        List<StateVersion> before = Needed();
        _confirmed.Add(version);
        _confirmed.RemoveRange(0, Math.Max(0, _confirmed.Count - KeptConfirmed));
        HashSet<StateVersion> now = [.. Needed()];
        _unneeded.AddRange(before.Where(old => !now.Contains(old)));
        _unneeded.RemoveAll(now.Contains);
        foreach (StateVersion old in _bases.Keys.Where(known => !now.Contains(known)).ToArray())
        {
            _bases.Remove(old);
        }
    }

    /// <summary>Forgets versions that were deleted.</summary>
    public void Forget(IReadOnlyCollection<StateVersion> deleted) => _unneeded.RemoveAll(deleted.Contains);

    /// <summary>What is needed, for the file of the next version.</summary>
    public IReadOnlyList<KeptVersion> Kept() => [.. Needed().Select(version => new KeptVersion(version, _bases[version], _confirmed.Contains(version)))];

    /// <summary>The confirmed versions and what they are based on, each behind its base.</summary>
    private List<StateVersion> Needed()
    {
        List<StateVersion> needed = [];
        HashSet<StateVersion> seen = [];
        foreach (StateVersion confirmed in _confirmed)
        {
            int at = needed.Count;
            for (StateVersion? next = confirmed; next is { } version && seen.Add(version); next = _bases[version])
            {
                needed.Insert(at, version);
            }
        }

        return needed;
    }
}
