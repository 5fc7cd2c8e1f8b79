using Sessionize.Storage;

namespace Sessionize.Iceberg;

/// <summary>Which Iceberg table takes the sessions, and how.</summary>
/// <remarks>Copied by whoever takes them: a later change has no effect. Not thread-safe.</remarks>
public sealed class IcebergTableOptions
{
    private const long LeastMemoryBytes = 1 << 20;

    /// <summary>The table: <c>NAMESPACE.NAME</c>, of which the namespace may have several levels; or the folder of a table, a path with a slash or a URI.</summary>
    /// <value><c>sessions.user_sessions</c> by default.</value>
    public string Name { get; set; } = "sessions.user_sessions";

    /// <summary>Where tables lie: a folder or a URI such as <c>s3://bucket/warehouse</c>. A REST catalog may know its own.</summary>
    /// <value><c>warehouse</c> by default, in the working folder.</value>
    public string Warehouse { get; set; } = "warehouse";

    /// <summary>The kind of catalog.</summary>
    /// <value><see cref="IcebergCatalogKind.Hadoop"/> by default.</value>
    public IcebergCatalogKind Catalog { get; set; } = IcebergCatalogKind.Hadoop;

    /// <summary>The name that a SQL catalog's rows have; readers have to use the same.</summary>
    /// <value><c>sessionize</c> by default.</value>
    public string CatalogName { get; set; } = "sessionize";

    /// <summary>Where the catalog is: <c>sqlite:///FILE</c>, <c>postgresql://USER:PASSWORD@HOST:PORT/DATABASE</c>, <c>http://…</c> or <c>https://…</c>.</summary>
    /// <remarks>A FILE from the root begins with a slash, so it has four: <c>sqlite:////var/lib/catalog.db</c>; with three it begins in the working folder.</remarks>
    /// <value>None by default; the Hadoop catalog needs none.</value>
    public string? CatalogUri { get; set; }

    /// <summary>Settings of catalog and storage by Iceberg's standard names, such as <c>credential</c>, <c>token</c> and <c>s3.endpoint</c>.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, string> CatalogProperties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Makes the storages of locations that are not local, such as that of <c>Sessionize.S3</c>.</summary>
    /// <value>Empty by default: local files only.</value>
    public IList<IFileStorageFactory> Storages { get; init; } = [];

    /// <summary>Whether a table that is not there is created.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool EnsureTable { get; set; } = true;

    /// <summary>How a created table is partitioned: columns and transforms, such as <c>day(session_start_time),bucket(16,uuid)</c>, or <c>none</c>. An existing table keeps its own.</summary>
    /// <value><c>session_date,user_hash_bucket</c> by default.</value>
    public string PartitionBy { get; set; } = "session_date,user_hash_bucket";

    /// <summary>How rows of a data file of a created table are ordered: columns, each with <c>desc</c> behind it if the greatest comes first; or <c>none</c>. An existing table keeps its own.</summary>
    /// <value><c>uuid,session_start_time_ms</c> by default.</value>
    public string SortBy { get; set; } = "uuid,session_start_time_ms";

    /// <summary>Settings of a created table, beside and before those that it gets anyway.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, string> TableProperties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether columns that an existing table lacks are added to it.</summary>
    /// <value><see langword="false"/> by default: they are left out.</value>
    public bool EvolveSchema { get; set; }

    /// <summary>In batch: replaces all rows of the dates that the run writes, as one commit, instead of adding to them.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool OverwriteDates { get; set; }

    /// <summary>In batch: a name of the run. A run of that name commits once, while the table keeps its snapshot, however often it is started.</summary>
    /// <value>None by default: each run commits.</value>
    public string? RunId { get; set; }

    /// <summary>Goes on although the table was rolled back behind commits of the pipeline: their rows are gone, and their events are read again.</summary>
    /// <value><see langword="false"/> by default: the sink stops and says to which positions it would return.</value>
    public bool AcceptRollback { get; set; }

    /// <summary>The bytes of rows that are held until they are sorted into partitions, from 1 MiB; beyond it they wait in a temporary file.</summary>
    /// <value>192 MiB by default.</value>
    public long MemoryBytes { get; set; } = 192L << 20;

    /// <summary>The folder of temporary files; on Linux they have no name, and go with the process.</summary>
    /// <value>The system's by default.</value>
    public string TempFolder { get; set; } = Path.GetTempPath();

    /// <summary>The most threads that sort and encode rows.</summary>
    /// <value>As many as there are processors by default.</value>
    public int Threads { get; set; } = Environment.ProcessorCount;

    internal IcebergTableOptions Copy() => new()
    {
        MemoryBytes = MemoryBytes >= LeastMemoryBytes
            ? MemoryBytes
            : throw new ArgumentOutOfRangeException(nameof(MemoryBytes), MemoryBytes, $"Rows need at least {LeastMemoryBytes} bytes of memory."),
        TempFolder = TempFolder,
        Threads = Threads >= 1 ? Threads : throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "There is at least one thread."),
        Name = Name,
        Warehouse = Warehouse,
        Catalog = Catalog,
        CatalogName = CatalogName,
        CatalogUri = CatalogUri,
        CatalogProperties = new Dictionary<string, string>(CatalogProperties, StringComparer.Ordinal),
        Storages = [.. Storages],
        EnsureTable = EnsureTable,
        PartitionBy = PartitionBy,
        SortBy = SortBy,
        TableProperties = new Dictionary<string, string>(TableProperties, StringComparer.Ordinal),
        EvolveSchema = EvolveSchema,
        OverwriteDates = OverwriteDates,
        RunId = RunId,
        AcceptRollback = AcceptRollback,
    };
}
