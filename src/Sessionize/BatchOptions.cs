namespace Sessionize;

/// <summary>What a batch run may take of the machine. Nothing here changes the result.</summary>
public sealed class BatchOptions
{
    /// <summary>The least memory that a run can be held to: 16 MiB.</summary>
    public const long LeastMemoryBytes = 16 * 1024 * 1024;

    // Below, a file would be written in pieces of some bytes.
    private const long LeastCellBytes = 1024 * 1024;

    /// <summary>How many threads parse, cut and encode.</summary>
    /// <value>The number of processors by default; at least 1, at most 256.</value>
    public int Threads { get; set; } = Math.Min(Environment.ProcessorCount, 256);

    /// <summary>How much memory events may take, in bytes; beyond half of it they go to a temporary file.</summary>
    /// <value>
    /// <see langword="null"/> by default: all in memory. An event takes 16 bytes where it comes from a plain file and no rule reads its id
    /// or further fields, else 40 bytes and these texts. What is known of each user, about 100 bytes, stays in memory in any case, once a
    /// thread.
    /// </value>
    public long? MemoryBytes { get; set; }

    /// <summary>Where temporary files go: a folder on a disk. Where it is in memory, as <c>/tmp</c> is on some systems, nothing is gained.</summary>
    /// <value>The system's temporary folder by default.</value>
    public string TempFolder { get; set; } = Path.GetTempPath();

    /// <summary>How much memory the cells of one thread may take.</summary>
    internal long CellBytes => MemoryBytes is { } memory ? Math.Max(memory / 2 / Threads, LeastCellBytes) : long.MaxValue;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <exception cref="ArgumentException">There is no such folder.</exception>
    internal void ThrowIfOutOfRange()
    {
        if (Threads is < 1 or > 256)
        {
            throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "Give from 1 to 256 threads.");
        }

        if (MemoryBytes < LeastMemoryBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(MemoryBytes), MemoryBytes, $"Give at least {LeastMemoryBytes} bytes (16 MiB), or null for no limit.");
        }

        if (MemoryBytes is not null && !Directory.Exists(TempFolder))
        {
            throw new ArgumentException($"There is no folder '{TempFolder}' for temporary files: create it, or name one that exists.", nameof(TempFolder));
        }
    }
}
