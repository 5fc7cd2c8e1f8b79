using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Reads all columns of a file, and compares them with what its manifest and its footer say.</summary>
/// <param name="table">The table.</param>
/// <param name="log">Takes findings.</param>
internal sealed class DataFileAudit(TableFiles table, AuditLog log)
{
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The files that could not be read.</summary>
    public IReadOnlySet<string> Unreadable => _unreadable;

    /// <summary>Checks a file.</summary>
    public async ValueTask CheckAsync(DataFile file, CancellationToken cancellationToken)
    {
        try
        {
            await using DataFileReader reader = await DataFileReader.OpenAsync(table, file, cancellationToken).ConfigureAwait(false);
            log.Equal(AuditCodes.RecordCount, file.FilePath, "rows", file.RecordCount, reader.Rows);
            log.Rows += reader.Rows;
            if (file.Content == FileContent.Data)
            {
                await CheckRowsAsync(file, reader, cancellationToken).ConfigureAwait(false);
            }
            else if (file.Content == FileContent.PositionDeletes)
            {
                await PositionDeletes.ReadAsync(table, file, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await EqualityDeletes.ReadAsync(table, file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            _unreadable.Add(file.FilePath);
            log.Add(AuditCodes.FileUnreadable, file.FilePath, $"{failure.Message}");
        }
        catch (InvalidDataException failure)
        {
            _unreadable.Add(file.FilePath);
            log.Add(AuditCodes.FileUnreadable, file.FilePath, $"A value is none: {failure.Message}.");
        }
    }

    private async ValueTask CheckRowsAsync(DataFile file, DataFileReader reader, CancellationToken cancellationToken)
    {
        ColumnTally[] columns =
        [
            .. table.Metadata.CurrentSchema.Fields
                .Where(field => field.Type is PrimitiveType or ListType { Element: PrimitiveType })
                .Select(field => new ColumnTally(field)),
        ];
        IcebergField[] fields = [.. columns.Select(column => column.Field)];
        PartitionCheck[] partition = PartitionOf(file, fields);
        await foreach (RowBlock block in reader.ReadAsync(fields, RowFilter.Everything, new ScanCounts(), cancellationToken).ConfigureAwait(false))
        {
            foreach (ColumnTally column in columns)
            {
                ColumnTally ofGroup = new(column.Field);
                ColumnVector values = block.Find(column.Field.Id)!;
                for (int row = 0; row < block.Count; row++)
                {
                    object? value = values[row];
                    column.Add(value);
                    ofGroup.Add(value);
                }

                CheckRowGroup(file, block, ofGroup);
            }

            foreach (PartitionCheck check in partition)
            {
                Check(file, block, check);
            }
        }

        foreach (ColumnTally column in columns)
        {
            Check(file, column);
        }
    }

    private void CheckRowGroup(DataFile file, RowBlock block, ColumnTally found)
    {
        if (block.RangeOf(found.Field.Id) is not { } range || found.Field.Type is not PrimitiveType)
        {
            return;
        }

        if ((found.Nulls > 0 && !range.MayBeNull) || (found.Nulls < found.Rows && !range.MayHaveValues)
            || (found.Least is not null && !(range.MayFit(ComparisonKind.Equal, found.Least) && range.MayFit(ComparisonKind.Equal, found.Greatest!))))
        {
            log.Add(AuditCodes.RowGroupStatistics, file.FilePath, $"The footer's bounds or null count of '{found.Field.Name}' do not cover the rows from {block.FirstPosition} on: readers pass rows over.");
        }
    }

    private void Check(DataFile file, ColumnTally found)
    {
        if (found.Field is { IsRequired: true, Name: { } required } && found.Nulls > 0)
        {
            log.Add(AuditCodes.RequiredNull, file.FilePath, $"The column '{required}' is required, and null in {found.Nulls} rows.");
        }

        string name = $"column '{found.Field.Name}'";
        if (file.ValueCounts is { } values && values.TryGetValue(found.MetricsId, out long valueCount))
        {
            // Of a list some count elements, and some the slots that empty lists have, too.
            bool isRight = found.Field.Type is ListType
                ? valueCount == found.Elements || valueCount == found.Elements + found.EmptySlots
                : valueCount == found.Rows;
            if (!isRight)
            {
                log.Equal(AuditCodes.ValueCount, file.FilePath, $"values of {name}", valueCount, found.Field.Type is ListType ? found.Elements : found.Rows);
            }
        }

        if (found.Field.Type is not PrimitiveType type)
        {
            return;
        }

        if (file.NullValueCounts is { } nulls && nulls.TryGetValue(found.MetricsId, out long nullCount))
        {
            log.Equal(AuditCodes.NullCount, file.FilePath, $"nulls of {name}", nullCount, found.Nulls);
        }

        if (file.NanValueCounts is { } nans && nans.TryGetValue(found.MetricsId, out long nanCount))
        {
            log.Equal(AuditCodes.NanCount, file.FilePath, $"NaNs of {name}", nanCount, found.Nans);
        }

        CheckBound(file, name, type, file.LowerBounds, found, found.Least, isLower: true);
        CheckBound(file, name, type, file.UpperBounds, found, found.Greatest, isLower: false);
    }

    private void CheckBound(
        DataFile file, string name, PrimitiveType type, IReadOnlyDictionary<int, byte[]>? bounds, ColumnTally found, object? extreme, bool isLower)
    {
        if (bounds is null || !bounds.TryGetValue(found.MetricsId, out byte[]? bytes) || extreme is null)
        {
            return;
        }

        string side = isLower ? "lower" : "upper";
        if (CellValues.ReadBound(type, bytes) is not { } bound)
        {
            log.Add(AuditCodes.ColumnBound, file.FilePath, $"The {side} bound of {name} is no value of type {type}.");
        }
        else if (CellValues.IsNan(bound) || (isLower ? CellValues.Compare(bound, extreme) > 0 : CellValues.Compare(bound, extreme) < 0))
        {
            log.Add(AuditCodes.ColumnBound, file.FilePath, $"The {side} bound of {name} is {bound}, and a value is {extreme}: readers pass the row over.");
        }
    }

    private PartitionCheck[] PartitionOf(DataFile file, IcebergField[] fields)
    {
        List<PartitionCheck> checks = [];
        IReadOnlyList<PartitionField> parts = table.SpecOf(file.SpecId).Fields;
        for (int i = 0; i < parts.Count; i++)
        {
            if (table.TypeOf(parts[i]) is { } type && Array.Find(fields, field => field.Id == parts[i].SourceId) is { Type: PrimitiveType source } column)
            {
                checks.Add(new PartitionCheck(parts[i], column, source, CellValues.Widen(file.Partition.Values[i], type)));
            }
        }

        return [.. checks];
    }

    private void Check(DataFile file, RowBlock block, PartitionCheck check)
    {
        ColumnVector values = block.Find(check.Column.Id)!;
        for (int row = 0; row < block.Count; row++)
        {
            object? value = values[row] is { } source ? TransformValues.Apply(check.Field.Transform, check.Source, source) : null;
            if (!Equals(value, check.Value))
            {
                log.Add(AuditCodes.PartitionValue, file.FilePath, $"The file is of the partition {check.Field.Name}={check.Value ?? "null"}, and its row {block.FirstPosition + row} belongs into {value ?? "null"}.");
                return;
            }
        }
    }

    private readonly record struct PartitionCheck(PartitionField Field, IcebergField Column, PrimitiveType Source, object? Value);
}
