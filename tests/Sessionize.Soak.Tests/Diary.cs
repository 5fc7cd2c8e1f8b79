using System.Diagnostics;
using System.Globalization;

namespace Sessionize.Soak.Tests;

/// <summary>What was done when, for whoever has to find out why a soak failed. Safe for use by several threads.</summary>
internal sealed class Diary(string file)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _wrong = [];

    /// <summary>What must not happen, and did.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_lock)
            {
                return [.. _wrong];
            }
        }
    }

    /// <summary>How often each kind of thing was done.</summary>
    public string Counts
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", _counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}")));
            }
        }
    }

    /// <summary>Writes a line.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            // The time of day, as the processes' own logs have it.
            string dated = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {_watch.Elapsed.TotalSeconds,8:F1} s  {line}");
            File.AppendAllLines(file, [dated]);
        }
    }

    /// <summary>Counts something that was done, and writes it.</summary>
    public void Count(string kind, string line = "")
    {
        lock (_lock)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        }

        Write(line.Length == 0 ? kind : $"{kind}: {line}");
    }

    /// <summary>Writes what must not happen: the soak fails at its end.</summary>
    public void WriteWrong(string line)
    {
        lock (_lock)
        {
            _wrong.Add(line);
        }

        Write($"WRONG: {line}");
    }
}
