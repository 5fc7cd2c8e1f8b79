namespace Sessionize.Iceberg.Writing;

/// <summary>Rows in the order of partition and sort key, read once from front to back. Not thread-safe.</summary>
internal abstract class RowRun
{
    /// <summary>The number of the row's partition.</summary>
    public int Partition { get; protected set; }

    /// <summary>The first bytes of the row's sort key.</summary>
    public ulong Head { get; protected set; }

    /// <summary>The row's sort key; valid until the next <see cref="MoveNext"/>.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The row as <see cref="RowWriter"/> wrote it; valid until the next <see cref="MoveNext"/>.</summary>
    public abstract ReadOnlySpan<byte> Body { get; }

    /// <summary>Goes to the next row, or the first.</summary>
    /// <returns>Whether there is one.</returns>
    public abstract bool MoveNext();
}
