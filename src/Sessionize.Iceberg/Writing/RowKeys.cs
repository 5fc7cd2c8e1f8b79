using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>What a table's rows are spread and sorted by. Keeps what it found last, so it is not thread-safe.</summary>
internal sealed class RowKeys
{
    private readonly RowTerm[] _partition;
    private readonly (RowTerm Term, SortField Field)[] _order;

    /// <exception cref="SessionizeException">The spec has a transform that is unknown, or that cannot be applied.</exception>
    public RowKeys(TableMapping mapping, PartitionSpec spec, SortOrder order)
    {
        _partition = [.. spec.Fields.Select(field => RowTerms.Make(mapping, field.SourceId, field.Transform))];
        _order = [.. order.Fields.Select(field => (RowTerms.Make(mapping, field.SourceId, field.Transform), field)).Where(term => !term.Item1.IsNull)];
    }

    /// <summary>Whether all rows are in one partition.</summary>
    public bool IsPartitioned => _partition.Any(term => !term.IsNull);

    /// <summary>Whether rows have an order: that of the bytes of their sort keys.</summary>
    public bool IsSorted => _order.Length > 0;

    /// <summary>Begins a batch of rows.</summary>
    public void Begin()
    {
        foreach (RowTerm term in _partition)
        {
            term.Begin();
        }

        foreach ((RowTerm term, _) in _order)
        {
            term.Begin();
        }
    }

    /// <summary>Writes a row's partition as bytes: the same ones for rows of one partition.</summary>
    public void WritePartition(SessionBatch rows, int row, ByteBuffer key)
    {
        foreach (RowTerm term in _partition)
        {
            term.WriteKey(rows, row, nullsFirst: true, isDescending: false, key);
        }
    }

    /// <summary>Writes a row's sort key.</summary>
    public void WriteOrder(SessionBatch rows, int row, ByteBuffer key)
    {
        foreach ((RowTerm term, SortField field) in _order)
        {
            term.WriteKey(rows, row, field.NullsFirst, field.IsDescending, key);
        }
    }

    /// <summary>A row's partition.</summary>
    public PartitionKey PartitionOf(SessionBatch rows, int row) => new([.. _partition.Select(term => term.ValueOf(rows, row))]);
}
