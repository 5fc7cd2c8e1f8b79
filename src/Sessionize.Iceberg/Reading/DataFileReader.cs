using System.Runtime.CompilerServices;
using Parquet;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Events;

namespace Sessionize.Iceberg.Reading;

/// <summary>A data or delete file that is open: its columns as the table has them, row group by row group. Not thread-safe.</summary>
internal sealed class DataFileReader : IAsyncDisposable
{
    private readonly TableFiles _table;
    private readonly DataFile _file;
    private readonly EventFileStream _stream;
    private readonly ParquetReader _reader;
    private readonly FileColumns _columns;

    private DataFileReader(TableFiles table, DataFile file, EventFileStream stream, ParquetReader reader)
    {
        (_table, _file, _stream, _reader) = (table, file, stream, reader);
        _columns = new FileColumns(reader.Metadata!, table.Mapping);
    }

    /// <summary>The bytes of the file itself.</summary>
    public long Length => _stream.FileLength;

    /// <summary>The rows that its footer tells.</summary>
    public long Rows => _reader.RowGroups.Sum(group => group.RowCount);

    /// <summary>The row groups.</summary>
    public int RowGroupCount => _reader.RowGroupCount;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SessionizeException">It is missing, damaged, or of a kind that is not read.</exception>
    public static async ValueTask<DataFileReader> OpenAsync(TableFiles table, DataFile file, CancellationToken cancellationToken)
    {
        if (!file.FileFormat.Equals("PARQUET", StringComparison.OrdinalIgnoreCase))
        {
            throw new SessionizeException($"The file '{file.FilePath}' of the table {table.Name} is of the format {file.FileFormat}, and only Parquet is read: rewrite the table's data files with the engine that wrote them.");
        }

        EventFileStream stream = new(file.FilePath, await table.Storage.OpenReadAsync(file.FilePath, cancellationToken).ConfigureAwait(false));
        try
        {
            ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new DataFileReader(table, file, stream, reader);
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (failure is SessionizeException or OperationCanceledException)
            {
                throw;
            }

            // Whatever the library runs into on a damaged footer: there is no one type for that.
            throw new SessionizeException($"The file '{file.FilePath}' of the table {table.Name} cannot be read: {Sentence(failure)}.", failure);
        }
    }

    /// <summary>Reads columns of the row groups that may have a row that fits.</summary>
    /// <param name="fields">The columns, as the table has them.</param>
    /// <param name="filter">The rows that are asked for; the blocks have others, too.</param>
    /// <param name="counts">Counts row groups and bytes.</param>
    /// <param name="cancellationToken">Stops between two columns.</param>
    /// <exception cref="SessionizeException">The file is damaged, or has a column as a type that the table's cannot be made of.</exception>
    public async IAsyncEnumerable<RowBlock> ReadAsync(
        IReadOnlyList<IcebergField> fields, RowFilter filter, ScanCounts counts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<int, LeafReader> readers = [];
        Dictionary<int, ColumnVector> constants = [];
        foreach (IcebergField field in fields)
        {
            if (Guard(field, () => _columns.Find(field)) is { } found)
            {
                readers.Add(field.Id, found);
            }
            else
            {
                constants.Add(field.Id, ColumnVector.Constant(PartitionValue(field)));
            }
        }

        counts.RowGroupsTotal += RowGroupCount;
        long position = 0;
        foreach (ParquetRowGroupReader group in Enumerable.Range(0, RowGroupCount).Select(_reader.OpenRowGroupReader))
        {
            ValueRange? InGroup(int fieldId) => RangeOf(group, fieldId, readers, constants);
            if (filter.MayFit(InGroup))
            {
                counts.RowGroups++;
                counts.ColumnBytes += readers.Values.Sum(reader => reader.BytesIn(group));
                Dictionary<int, ColumnVector> columns = new(constants);
                foreach (IcebergField field in fields.Where(field => readers.ContainsKey(field.Id)))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    columns.Add(field.Id, await DecodeAsync(field, readers[field.Id], group, cancellationToken).ConfigureAwait(false));
                }

                yield return new RowBlock(columns, position, checked((int)group.RowCount), InGroup);
            }

            position += group.RowCount;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private ValueRange? RangeOf(ParquetRowGroupReader group, int fieldId, Dictionary<int, LeafReader> readers, Dictionary<int, ColumnVector> constants) =>
        constants.TryGetValue(fieldId, out ColumnVector? constant) ? ValueRange.Of(constant[0])
        : readers.TryGetValue(fieldId, out LeafReader? reader) ? reader.RangeOf(group, _reader.Metadata!.ColumnOrders is { Count: > 0 })
        : null;

    /// <summary>A column that a file does not have: the value of its partition, if the partition is the column's value itself; else null.</summary>
    private object? PartitionValue(IcebergField field)
    {
        IReadOnlyList<PartitionField> parts = _table.SpecOf(_file.SpecId).Fields;
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].SourceId == field.Id && parts[i].Transform.Kind == TransformKind.Identity && field.Type is PrimitiveType type)
            {
                return CellValues.Widen(_file.Partition.Values[i], type);
            }
        }

        return null;
    }

    private async ValueTask<ColumnVector> DecodeAsync(IcebergField field, LeafReader reader, ParquetRowGroupReader group, CancellationToken cancellationToken)
    {
        try
        {
            _stream.BeginColumn();
            return await reader.ReadAsync(group, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (SessionizeException or OperationCanceledException))
        {
            // Whatever the library's decoders run into on damaged bytes: there is no one type for that.
            throw Unreadable(field, failure);
        }
        finally
        {
            _stream.EndColumn();
        }
    }

    private T Guard<T>(IcebergField field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException failure)
        {
            throw Unreadable(field, failure);
        }
    }

    /// <summary>Tells of a value that turned out to be none only when it was asked for.</summary>
    public SessionizeException Unreadable(IcebergField? field, Exception failure) => new(
        $"The column '{field?.Name}' in the file '{_file.FilePath}' of the table {_table.Name} cannot be read: {Sentence(failure)}.", failure);

    private static string Sentence(Exception failure) => failure.Message.TrimEnd('.', ' ');
}
