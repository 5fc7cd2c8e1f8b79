using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes data files one after the other, never two at once; a file ends with its partition, or at the size wanted. Not thread-safe.</summary>
internal sealed class DataFileSeries(
    IFileStorage storage,
    DataFileLocations locations,
    SessionParquetSchema schema,
    TableWriteSettings settings,
    PartitionSpec spec,
    PartitionNumbers partitions,
    int sortOrderId) : IAsyncDisposable
{
    private readonly List<DataFile> _files = [];
    private readonly List<string> _made = [];
    private StorageWriter? _target;
    private ParquetFileWriter? _writer;
    private int _partition;
    private long _bytes;

    /// <summary>The files that are complete and durable.</summary>
    public IReadOnlyList<DataFile> Files => _files;

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

    /// <summary>Completes the file that is open, if one is.</summary>
    public async ValueTask FinishFileAsync(CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            return;
        }

        ParquetFileMetrics metrics = await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        await _target!.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        _files.Add(Describe(_made[^1], metrics));
    }

    /// <summary>Deletes all files.</summary>
    public async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        _files.Clear();
        await storage.DeleteAsync(_made, cancellationToken).ConfigureAwait(false);
        _made.Clear();
    }

    /// <summary>Gives up the file that is open; complete ones stay.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer = null;
        if (_target is { } target)
        {
            _target = null;
            await target.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask BeginFileAsync(int partition, CancellationToken cancellationToken)
    {
        string location = locations.Of(partitions[partition], _made.Count);
        _made.Add(location);
        _target = await storage.CreateAsync(location, cancellationToken).ConfigureAwait(false);
        _writer = new ParquetFileWriter(_target.Stream, schema, settings.Parquet.Compression) { Place = $"'{location}'" };
        _partition = partition;
        _bytes = 0;
        await _writer.BeginAsync(cancellationToken).ConfigureAwait(false);
    }

    private DataFile Describe(string location, ParquetFileMetrics metrics) => new()
    {
        FilePath = location,
        SpecId = spec.Id,
        Partition = partitions[_partition],
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
