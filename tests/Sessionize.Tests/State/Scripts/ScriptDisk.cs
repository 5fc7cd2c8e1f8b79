using System.Collections.Concurrent;
using Sessionize.Storage;

namespace Sessionize.Tests.State.Scripts;

/// <summary>Files in memory, with the time stamps of a clock of their own.</summary>
internal sealed class ScriptDisk
{
    private DateTimeOffset _now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public SortedDictionary<string, StoredFile> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, byte[]> Contents { get; } = new(StringComparer.Ordinal);

    /// <summary>The storage's time; that of a process may be another.</summary>
    public DateTimeOffset Now => _now;

    public void Advance(TimeSpan time) => _now += time;

    public bool TryCreate(string location, byte[] content)
    {
        if (Contents.TryGetValue(location, out byte[]? existing))
        {
            return existing.AsSpan().SequenceEqual(content);
        }

        Contents[location] = content;
        Files[location] = new StoredFile(location, content.Length, _now);
        return true;
    }

    public void Delete(string location)
    {
        Contents.TryRemove(location, out _);
        Files.Remove(location);
    }
}
