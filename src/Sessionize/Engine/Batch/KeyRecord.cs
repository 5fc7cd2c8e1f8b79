namespace Sessionize.Engine.Batch;

/// <summary>A key of a <see cref="KeyTable"/>: one cache line, with the key itself where it is short.</summary>
internal unsafe struct KeyRecord
{
    public const int Bytes = 64;
    public const int InlineBytes = Bytes - 16;

    public int Length;

    /// <summary>The key's number in the table, from 0.</summary>
    public int Number;

    /// <summary>For a user: Spark's hash of the key.</summary>
    public int SparkHash;

    /// <summary>For a user: its number among the cell's users.</summary>
    public int NumberInCell;

    /// <summary>The key, or a pointer to it.</summary>
    public fixed byte Inline[InlineBytes];

    /// <summary>For a user: the cell of its events.</summary>
    /// <remarks>
    /// Of Spark's hash, which the rows need anyway: what is near in the output is near for whoever reads it by hash bucket. It does not
    /// change from run to run, as the order of the rows must not.
    /// </remarks>
    public readonly int Cell => (int)((uint)SparkHash >> 24);
}
