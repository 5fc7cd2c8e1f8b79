using System.Collections.Concurrent;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes the data files of one try of a commit, by the table's current schema, spec, sort order and properties.</summary>
/// <remarks>
/// <para>A table without partitions and order takes row groups as batches come. For every other one the rows are held, beyond
/// <see cref="SessionFileWriterOptions.MemoryBytes"/> in a temporary file, until <see cref="FinishAsync"/> writes partition after partition, sorted:
/// one file each, or more of the target size, and one open at a time.</para>
/// <para>Same rows in the same batches: same files. Not thread-safe, but for <see cref="Encode"/>. After an exception only
/// <see cref="DiscardAsync"/> and <see cref="DisposeAsync"/> may be called.</para>
/// </remarks>
internal sealed class SessionFileWriter : IAsyncDisposable
{
    private const int CollectedRows = 8192;

    private readonly TableMapping _mapping;
    private readonly PartitionSpec _spec;
    private readonly SortOrder _order;
    private readonly SessionFileWriterOptions _options;
    private readonly RowGroupLimits _limits;
    private readonly RowGroupEncoderPool _encoders;
    private readonly PartitionNumbers _partitions = new();
    private readonly TextPool _texts = new();
    private readonly ConcurrentBag<RowSegment> _freeSegments = [];
    private readonly ConcurrentBag<RowStager> _stagers = [];
    private readonly RowStore _store;
    private readonly DataFileSeries _files;
    private readonly SessionBatch _collected = new();
    private readonly bool _isDirect;
    private bool _isFinished;

    /// <param name="table">The table as it was loaded.</param>
    /// <param name="mapping">Its columns.</param>
    /// <param name="filePrefix">The beginning of all files' names, such as the commit's id and the number of the try; nobody else's, ever.</param>
    /// <param name="options">How much it may take; <see langword="null"/>: the defaults.</param>
    /// <exception cref="SessionizeException">A property of the table makes no sense, or its partition spec has a transform that is not known.</exception>
    public SessionFileWriter(CatalogTable table, TableMapping mapping, string filePrefix, SessionFileWriterOptions? options = null)
    {
        TableMetadata metadata = table.Metadata;
        TableWriteSettings settings = TableWriteSettings.Of(metadata, mapping);
        _mapping = mapping;
        _options = options ?? new SessionFileWriterOptions();
        _spec = metadata.DefaultSpec;

        SortOrder wanted = metadata.DefaultSortOrder;
        _order = wanted.KnownPart;
        bool isWhole = _order.Fields.Count == wanted.Fields.Count;
        Notes = isWhole ? settings.Notes :
        [
            .. settings.Notes,
            $"The table's sort order has the transform '{wanted.Fields[_order.Fields.Count].Transform}', which is not known here: its files do not claim the order.",
        ];

        _limits = new RowGroupLimits(settings.Parquet.RowGroupRows, Math.Min(settings.RowGroupBytes, settings.TargetFileBytes));
        SessionParquetSchema schema = new(mapping.Columns.Select(column => column with { BoundCodePoints = settings.Metrics[column.LeafFieldId!.Value].BoundCodePoints }));
        _encoders = new RowGroupEncoderPool(schema, settings.Parquet);
        _files = new DataFileSeries(
            table.Storage, new DataFileLocations(metadata, filePrefix), schema, settings, _spec, _partitions, isWhole ? wanted.Id : SortOrder.Unsorted.Id);
        RowKeys keys = new(_mapping, _spec, _order);
        _store = new RowStore(_partitions, keys.IsSorted, _options, _freeSegments);
        _isDirect = !keys.IsPartitioned && !keys.IsSorted;
        _stagers.Add(new RowStager(keys, _partitions, _texts, _freeSegments));
    }

    /// <summary>What is not done as the table's properties say, in sentences for the log.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The number of times that rows were moved to the temporary file.</summary>
    internal int SpillCount => _store.SpillCount;

    /// <summary>Takes rows; the contract is that of <see cref="ISessionBatchSink.Encode"/>.</summary>
    /// <exception cref="SessionizeException">A value does not fit in the table's column.</exception>
    public Func<CancellationToken, ValueTask> Encode(SessionBatch rows)
    {
        ThrowIfFinished();
        if (_isDirect && !_limits.AreReached(rows))
        {
            EncodedRowGroup rowGroup = _encoders.Encode(rows);
            return async cancellationToken =>
            {
                await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
                await _files.AppendAsync(NoPartition(), rowGroup, cancellationToken).ConfigureAwait(false);
            };
        }

        if (_isDirect)
        {
            List<EncodedRowGroup> rowGroups = EncodeParts(rows);
            return async cancellationToken =>
            {
                await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
                foreach (EncodedRowGroup rowGroup in rowGroups)
                {
                    await _files.AppendAsync(NoPartition(), rowGroup, cancellationToken).ConfigureAwait(false);
                }
            };
        }

        List<RowSegment> segments = Stage(rows);
        return async cancellationToken =>
        {
            await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
            _store.Add(segments);
        };
    }

    /// <summary>Takes sessions; the contract is that of <see cref="ISessionSink.WriteAsync"/>.</summary>
    /// <exception cref="SessionizeException">A value does not fit in the table's column.</exception>
    /// <exception cref="ArgumentException">A session is retracted: its row is in a file that is there already.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ThrowIfFinished();
        foreach (SessionChange change in changes)
        {
            if (change.Kind != SessionChangeKind.Added)
            {
                throw new ArgumentException($"The session '{change.Session.SessionId}' is retracted, and new files only take rows.", nameof(changes));
            }

            _collected.Add(change.Session);
            if (_isDirect ? _limits.AreReached(_collected) : _collected.Count == CollectedRows)
            {
                await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes what is left.</summary>
    /// <returns>All files of the try, complete and durable, in the order of their partitions; none, if there was no row.</returns>
    public async ValueTask<IReadOnlyList<DataFile>> FinishAsync(CancellationToken cancellationToken)
    {
        ThrowIfFinished();
        await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
        _isFinished = true;
        if (!_isDirect)
        {
            SortedFileWriter writer = new(_store.ReadAll(), _texts, _encoders, _limits, _files, _options.Threads);
            await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
            _store.Dispose();
        }

        return await _files.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes all files of the try. To be called only when it is certain that no snapshot names them.</summary>
    /// <exception cref="SessionizeException">One or more cannot be deleted.</exception>
    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _isFinished = true;
        _collected.Clear();
        _store.Dispose();
        return _files.DeleteAsync(cancellationToken);
    }

    /// <summary>Gives memory and temporary files back. Files that are complete stay.</summary>
    public async ValueTask DisposeAsync()
    {
        _isFinished = true;
        await _files.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
        _encoders.Dispose();
    }

    private async ValueTask FlushCollectedAsync(CancellationToken cancellationToken)
    {
        if (_collected.Count == 0)
        {
            return;
        }

        if (_isDirect)
        {
            List<EncodedRowGroup> rowGroups = EncodeParts(_collected);
            _collected.Clear();
            foreach (EncodedRowGroup rowGroup in rowGroups)
            {
                await _files.AppendAsync(NoPartition(), rowGroup, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        List<RowSegment> segments = Stage(_collected);
        _collected.Clear();
        _store.Add(segments);
    }

    private List<RowSegment> Stage(SessionBatch rows)
    {
        RowStager stager = _stagers.TryTake(out RowStager? free) ? free : new RowStager(new RowKeys(_mapping, _spec, _order), _partitions, _texts, _freeSegments);
        try
        {
            return stager.Stage(rows);
        }
        finally
        {
            _stagers.Add(stager);
        }
    }

    /// <summary>Encodes rows that may be too many for one row group.</summary>
    private List<EncodedRowGroup> EncodeParts(SessionBatch rows)
    {
        if (!_limits.AreReached(rows))
        {
            return [_encoders.Encode(rows)];
        }

        List<EncodedRowGroup> rowGroups = [];
        TextPool texts = new();
        RowWriter writer = new(texts);
        ByteBuffer bytes = new();
        writer.Begin(rows);
        RowReader reader = new(texts);
        reader.Begin(new SessionBatch());
        for (int row = 0; row < rows.Count; row++)
        {
            bytes.Clear();
            writer.Write(rows, row, bytes);
            reader.Add(bytes.Written);
            if (row == rows.Count - 1 || _limits.AreReached(reader.Target))
            {
                rowGroups.Add(_encoders.Encode(reader.Target));
                reader.Target.Clear();
                reader.Begin(reader.Target);
            }
        }

        return rowGroups;
    }

    /// <summary>The only partition of a table that has none, or whose fields are all null.</summary>
    private int NoPartition() =>
        _partitions.TryFind([], out int number) ? number : _partitions.Add([], new PartitionKey(new object?[_spec.Fields.Count]));

    private void ThrowIfFinished()
    {
        if (_isFinished)
        {
            throw new InvalidOperationException("The files of this try are finished: make a writer for the next one.");
        }
    }
}
