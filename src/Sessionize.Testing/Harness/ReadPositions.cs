namespace Sessionize.Testing.Harness;

/// <summary>Where a process reads on, by partition.</summary>
internal sealed class ReadPositions
{
    private readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);

    public long this[string partition]
    {
        get => _next[partition];
        set => _next[partition] = value;
    }

    public void Update(IReadOnlyDictionary<string, long> positions)
    {
        foreach ((string partition, long position) in positions)
        {
            _next[partition] = position;
        }
    }
}
