using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes data files in order; a file ends with its partition, or at the size wanted. Not thread-safe.</summary>
/// <remarks>
/// Of files that grow only one is open. While it is written, some before it are made durable, and small ones, whose rows are at hand, are written
/// from front to end: of those the wait for the disk is most of the time.
/// </remarks>
internal sealed class DataFileSeries(
    IFileStorage storage,
    DataFileLocations locations,
    SessionParquetSchema schema,
    TableWriteSettings settings,
    PartitionSpec spec,
    PartitionNumbers partitions,
    int sortOrderId) : IAsyncDisposable
{
    private const int MostCompleting = 8;

    private readonly List<DataFile> _files = [];
    private readonly List<string> _made = [];
    private readonly Queue<Task<DataFile>> _completing = [];
    private StorageWriter? _target;
    private ParquetFileWriter? _writer;
    private string _location = "";
    private int _partition;
    private long _bytes;

    /// <summary>Writes a row group, and gives its memory back.</summary>
    public async ValueTask AppendAsync(int partition, EncodedRowGroup rowGroup, CancellationToken cancellationToken)
    {
        long bytes = rowGroup.Bytes.Length;
        if (_writer is not null && (partition != _partition || _bytes + bytes > settings.TargetFileBytes))
        {
            await FinishFileAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_writer is null)
        {
            await BeginFileAsync(partition, cancellationToken).ConfigureAwait(false);
        }

        await _writer!.AppendAsync(rowGroup, cancellationToken).ConfigureAwait(false);
        _bytes += bytes;
    }

    /// <summary>Writes all row groups of a partition, and gives their memory back: in the background, if they make one file.</summary>
    public async ValueTask WriteAsync(int partition, IReadOnlyList<EncodedRowGroup> rowGroups, CancellationToken cancellationToken)
    {
        if (rowGroups.Count > 1 && rowGroups.Sum(rowGroup => rowGroup.Bytes.Length) > settings.TargetFileBytes)
        {
            foreach (EncodedRowGroup rowGroup in rowGroups)
            {
                await AppendAsync(partition, rowGroup, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await FinishFileAsync(cancellationToken).ConfigureAwait(false);
        string location = NextLocation(partition);
        await CompleteInBackgroundAsync(() => WriteFileAsync(location, partition, rowGroups, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Ends the last file.</summary>
    /// <returns>All files, complete and durable.</returns>
    public async ValueTask<IReadOnlyList<DataFile>> FinishAsync(CancellationToken cancellationToken)
    {
        await FinishFileAsync(cancellationToken).ConfigureAwait(false);
        while (_completing.Count > 0)
        {
            await AwaitFirstAsync().ConfigureAwait(false);
        }

        return _files;
    }

    /// <summary>Deletes all files.</summary>
    public async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        _files.Clear();
        await storage.DeleteAsync(_made, cancellationToken).ConfigureAwait(false);
        _made.Clear();
    }

    /// <summary>Gives up the file that is open; complete ones stay. Then nothing is under way any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer = null;
        if (_target is { } target)
        {
            _target = null;
            await target.DisposeAsync().ConfigureAwait(false);
        }

        foreach (Task completing in _completing)
        {
            // Whatever comes of it: its failure was told, or somebody gives up anyway.
            await completing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        _completing.Clear();
    }

    private async Task<DataFile> WriteFileAsync(string location, int partition, IReadOnlyList<EncodedRowGroup> rowGroups, CancellationToken cancellationToken)
    {
        StorageWriter target = await storage.CreateAsync(location, cancellationToken).ConfigureAwait(false);
        await using (target.ConfigureAwait(false))
        {
            ParquetFileWriter writer = NewWriter(target, location);
            await writer.BeginAsync(cancellationToken).ConfigureAwait(false);
            foreach (EncodedRowGroup rowGroup in rowGroups)
            {
                await writer.AppendAsync(rowGroup, cancellationToken).ConfigureAwait(false);
            }

            ParquetFileMetrics metrics = await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            await target.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return Describe(location, partition, metrics);
        }
    }

    private async Task<DataFile> CompleteAsync(StorageWriter target, string location, int partition, ParquetFileMetrics metrics, CancellationToken cancellationToken)
    {
        await using (target.ConfigureAwait(false))
        {
            await target.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return Describe(location, partition, metrics);
        }
    }

    private async ValueTask FinishFileAsync(CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            return;
        }

        ParquetFileMetrics metrics = await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        StorageWriter target = _target!;
        string location = _location;
        int partition = _partition;
        (_writer, _target) = (null, null);
        await CompleteInBackgroundAsync(() => CompleteAsync(target, location, partition, metrics, cancellationToken)).ConfigureAwait(false);
    }

    private async ValueTask CompleteInBackgroundAsync(Func<Task<DataFile>> complete)
    {
        _completing.Enqueue(Task.Run(complete, CancellationToken.None));
        while (_completing.Count > MostCompleting)
        {
            await AwaitFirstAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask AwaitFirstAsync()
    {
        Task<DataFile> first = _completing.Dequeue();
        _files.Add(await first.ConfigureAwait(false));
    }

    private async ValueTask BeginFileAsync(int partition, CancellationToken cancellationToken)
    {
        _location = NextLocation(partition);
        _target = await storage.CreateAsync(_location, cancellationToken).ConfigureAwait(false);
        _writer = NewWriter(_target, _location);
        _partition = partition;
        _bytes = 0;
        await _writer.BeginAsync(cancellationToken).ConfigureAwait(false);
    }

    private string NextLocation(int partition)
    {
        _made.Add(locations.Of(partitions[partition], _made.Count));
        return _made[^1];
    }

    private ParquetFileWriter NewWriter(StorageWriter target, string location) =>
        new(target.Stream, schema, settings.Parquet.Compression) { Place = $"'{location}'" };

    private DataFile Describe(string location, int partition, ParquetFileMetrics metrics) => new()
    {
        FilePath = location,
        SpecId = spec.Id,
        Partition = partitions[partition],
        RecordCount = metrics.RecordCount,
        FileSizeInBytes = metrics.FileSizeInBytes,
        ColumnSizes = metrics.ColumnSizes,
        ValueCounts = Counted(metrics.ValueCounts),
        NullValueCounts = Counted(metrics.NullValueCounts),
        NanValueCounts = Counted(metrics.NanValueCounts),
        LowerBounds = Bounded(metrics.LowerBounds),
        UpperBounds = Bounded(metrics.UpperBounds),
        SplitOffsets = metrics.SplitOffsets,
        SortOrderId = sortOrderId,
    };

    private IReadOnlyDictionary<int, long> Counted(IReadOnlyDictionary<int, long> counts) => Only(counts, mode => mode.HasCounts);

    private IReadOnlyDictionary<int, byte[]> Bounded(IReadOnlyDictionary<int, byte[]> bounds) => Only(bounds, mode => mode.HasBounds);

    private IReadOnlyDictionary<int, T> Only<T>(IReadOnlyDictionary<int, T> values, Func<ColumnMetricsMode, bool> isKept) =>
        values.Keys.All(id => isKept(settings.Metrics[id]))
            ? values
            : values.Where(value => isKept(settings.Metrics[value.Key])).ToDictionary(value => value.Key, value => value.Value);
}
