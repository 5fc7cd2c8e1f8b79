using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>Null in every row: the transform <c>void</c>, or a column that sessions do not have.</summary>
internal sealed class NullTerm : RowTerm
{
    /// <inheritdoc/>
    public override bool IsNull => true;

    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        // Nothing to tell rows apart by.
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) => null;
}
