using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>A value that is made of a row: a column's, or a transform of it. Keeps what it found last, so it is not thread-safe.</summary>
internal abstract class RowTerm
{
    /// <summary>Whether the value is null in every row.</summary>
    public virtual bool IsNull => false;

    /// <summary>Begins a batch of rows: what was found in the last one counts no more.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Writes a row's value so that the bytes have the order of the values; rows with the same value have the same bytes.</summary>
    public abstract void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key);

    /// <summary>A row's value, of the type that <see cref="Manifests.PartitionKey"/> has it in.</summary>
    public abstract object? ValueOf(SessionBatch rows, int row);
}
