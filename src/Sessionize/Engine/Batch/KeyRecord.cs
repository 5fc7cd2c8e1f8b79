namespace Sessionize.Engine.Batch;

/// <summary>A key of a <see cref="KeyTable"/>: one cache line, with the key itself where it is short.</summary>
internal unsafe struct KeyRecord
{
    public const int Bytes = 64;
    public const int InlineBytes = Bytes - 24;

    public ulong Hash;
    public int Length;

    /// <summary>The key's number in the table, from 0.</summary>
    public int Number;

    /// <summary>For a user: the cell of its events.</summary>
    public int Cell;

    /// <summary>For a user: its number among the cell's users.</summary>
    public int NumberInCell;

    /// <summary>The key, or a pointer to it.</summary>
    public fixed byte Inline[InlineBytes];
}
