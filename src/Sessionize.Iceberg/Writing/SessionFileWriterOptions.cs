namespace Sessionize.Iceberg.Writing;

/// <summary>How much memory and how many threads the writing of a commit's files may take.</summary>
internal sealed record SessionFileWriterOptions
{
    /// <summary>The bytes of rows that are held in memory until they are sorted and written; beyond it they wait in a temporary file.</summary>
    /// <value>192 MiB by default: a million usual sessions are sorted in memory.</value>
    public long MemoryBytes { get; init; } = 192L << 20;

    /// <summary>The threads that sort and encode.</summary>
    /// <value>As many as there are processors by default.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where temporary files lie.</summary>
    /// <value>The system's folder by default.</value>
    public string TempFolder { get; init; } = Path.GetTempPath();
}
