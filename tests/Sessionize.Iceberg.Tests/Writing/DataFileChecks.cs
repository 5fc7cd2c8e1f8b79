using System.Buffers.Binary;
using System.Text;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Checks what is said of a data file against its rows.</summary>
internal static class DataFileChecks
{
    /// <summary>Checks partition, order, counts and bounds.</summary>
    /// <param name="table">The table.</param>
    /// <param name="file">What is said of the file.</param>
    /// <param name="rows">Its rows, in their order.</param>
    /// <param name="length">Its length in bytes.</param>
    public static void Check(CatalogTable table, DataFile file, Session[] rows, long length)
    {
        TableMetadata metadata = table.Metadata;
        Assert.Equal(metadata.DefaultSpecId, file.SpecId);
        Assert.Equal(metadata.DefaultSortOrderId, file.SortOrderId);
        Assert.Equal((rows.Length, length), (file.RecordCount, file.FileSizeInBytes));
        Assert.StartsWith(metadata.Location + "/data/", file.FilePath, StringComparison.Ordinal);
        Assert.Equal(4, file.SplitOffsets![0]);
        foreach (Session row in rows)
        {
            Assert.Equal(new PartitionKey([.. metadata.DefaultSpec.Fields.Select(field => Transformed(metadata, field.SourceId, field.Transform, row))]), file.Partition);
        }

        for (int i = 1; i < rows.Length; i++)
        {
            Assert.True(CompareRows(metadata, rows[i - 1], rows[i]) <= 0, $"Row {i} of {file.FilePath} is not in order.");
        }

        foreach (IcebergField field in metadata.CurrentSchema.Fields)
        {
            CheckMetrics(file, field, [.. rows.Select(row => SessionValues.Of(row, field))]);
        }
    }

    private static object? Transformed(TableMetadata metadata, int sourceId, Transform transform, Session row)
    {
        IcebergField field = metadata.CurrentSchema.Find(sourceId)!;
        return TransformValues.Apply(transform, field.Type, SessionValues.Of(row, field));
    }

    private static int CompareRows(TableMetadata metadata, Session left, Session right)
    {
        foreach (SortField field in metadata.DefaultSortOrder.Fields)
        {
            object? x = Transformed(metadata, field.SourceId, field.Transform, left);
            object? y = Transformed(metadata, field.SourceId, field.Transform, right);
            int order = (x, y) switch
            {
                (null, null) => 0,
                (null, _) => field.NullsFirst ? -1 : 1,
                (_, null) => field.NullsFirst ? 1 : -1,
                _ => field.IsDescending ? -SessionValues.Compare(x, y) : SessionValues.Compare(x, y),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static void CheckMetrics(DataFile file, IcebergField field, object?[] values)
    {
        if (field.Name is "country" or "received")
        {
            Assert.False(file.ValueCounts!.ContainsKey(field.Id), "A column that is not in the file has no metrics.");
            return;
        }

        if (field.Type is ListType list)
        {
            int[] counts = [.. values.Select(value => ((IReadOnlyList<string>)value!).Count)];
            Assert.Equal((counts.Sum(count => Math.Max(count, 1)), counts.Count(count => count == 0)), (file.ValueCounts![list.ElementId], file.NullValueCounts![list.ElementId]));
            Assert.False(file.LowerBounds!.ContainsKey(list.ElementId) || file.ValueCounts.ContainsKey(field.Id));
            return;
        }

        Assert.Equal((values.Length, values.Count(value => value is null)), (file.ValueCounts![field.Id], file.NullValueCounts![field.Id]));
        Assert.True(file.ColumnSizes![field.Id] > 0);
        Assert.Equal(field.Type is PrimitiveType { Kind: PrimitiveKind.Double or PrimitiveKind.Float }, file.NanValueCounts!.ContainsKey(field.Id));
        object[] present = [.. values.OfType<object>()];
        Assert.Equal(present.Length > 0, file.LowerBounds!.TryGetValue(field.Id, out byte[]? lower));
        file.UpperBounds!.TryGetValue(field.Id, out byte[]? upper);
        if (present.Length == 0)
        {
            return;
        }

        object least = present.Aggregate((x, y) => SessionValues.Compare(x, y) <= 0 ? x : y);
        object greatest = present.Aggregate((x, y) => SessionValues.Compare(x, y) >= 0 ? x : y);
        if (least is string text)
        {
            Assert.Equal(string.Concat(text.EnumerateRunes().Take(16)), Encoding.UTF8.GetString(lower!));
            Assert.True(upper is null || Encoding.UTF8.GetBytes((string)greatest).AsSpan().SequenceCompareTo(upper) <= 0, "A text is above the upper bound.");
            return;
        }

        Assert.Equal(0, SessionValues.Compare(least, Decode(field, lower!)));
        Assert.Equal(0, SessionValues.Compare(greatest, Decode(field, upper!)));
    }

    /// <summary>Iceberg's binary form of single values.</summary>
    private static object Decode(IcebergField field, byte[] bound) => ((PrimitiveType)field.Type).Kind switch
    {
        PrimitiveKind.Boolean => bound[0] != 0,
        PrimitiveKind.Int or PrimitiveKind.Date => BinaryPrimitives.ReadInt32LittleEndian(bound),
        PrimitiveKind.Float => BinaryPrimitives.ReadSingleLittleEndian(bound),
        PrimitiveKind.Double => BinaryPrimitives.ReadDoubleLittleEndian(bound),
        PrimitiveKind.Uuid => new Guid(bound, bigEndian: true),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bound),
    };
}
