namespace Sessionize;

/// <summary>What a batch run may take of the machine. Nothing here changes the result.</summary>
public sealed class BatchOptions
{
    /// <summary>The least memory that a run can be held to: 16 MiB.</summary>
    public const long LeastMemoryBytes = 16 * 1024 * 1024;

    // Below, a file would be written in pieces of some bytes; above, a piece could outgrow an array.
    private const long LeastCellBytes = 1024 * 1024;
    private const long MostCellBytes = 1024 * 1024 * 1024;

    /// <summary>How many threads parse, cut and encode.</summary>
    /// <value>The number of processors by default; at least 1, at most 256.</value>
    public int Threads { get; set; } = Math.Min(Environment.ProcessorCount, 256);

    /// <summary>How much memory events may take, in bytes; beyond half of it they go to a temporary file.</summary>
    /// <value>
    /// <see langword="null"/> by default: all in memory, some 16 bytes an event. What is known of each user, about 100 bytes and the id,
    /// stays in memory in any case, once a thread.
    /// </value>
    public long? MemoryBytes { get; set; }

    /// <summary>Where temporary files go.</summary>
    /// <value>The system's temporary folder by default.</value>
    public string TempFolder { get; set; } = Path.GetTempPath();

    /// <summary>How much memory the cells of one thread may take.</summary>
    internal long CellBytes => MemoryBytes is { } memory ? Math.Clamp(memory / 2 / Threads, LeastCellBytes, MostCellBytes) : long.MaxValue;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
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
    }
}
