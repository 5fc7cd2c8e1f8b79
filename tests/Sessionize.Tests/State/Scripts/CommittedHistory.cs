namespace Sessionize.Tests.State.Scripts;

/// <summary>The deciding sink of one lane: which versions were committed, and what each holds.</summary>
internal sealed class CommittedHistory
{
    private const int Kept = 10;

    private readonly List<StateVersion> _versions = [];
    private readonly Dictionary<StateVersion, string[]> _contents = [];
    private readonly HashSet<StateVersion> _old = [];

    /// <summary>The version that a process has to go on from.</summary>
    public StateVersion? Recorded => _versions.Count == 0 ? null : _versions[^1];

    public int Commits { get; private set; }

    /// <summary>The versions that the table may be rolled back to: the newest ten, as long as they were always among them.</summary>
    public IReadOnlyList<StateVersion> Restorable => [.. _versions.TakeLast(Kept).Where(version => !_old.Contains(version))];

    public IReadOnlyList<string> ContentOf(StateVersion version) => _contents[version];

    public bool TryCommit(StateVersion? from, StateVersion to, string[] content)
    {
        if (Recorded != from)
        {
            return false;
        }

        _versions.Add(to);
        _contents[to] = content;
        _old.UnionWith(_versions.SkipLast(Kept));
        Commits++;
        return true;
    }

    public void RollBackTo(StateVersion version) => _versions.RemoveRange(_versions.IndexOf(version) + 1, _versions.Count - _versions.IndexOf(version) - 1);
}
