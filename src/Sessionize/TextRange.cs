namespace Sessionize;

/// <summary>Where a text stands in a batch's bytes. <c>default</c>: none.</summary>
internal readonly record struct TextRange(int Start, int LengthPlusOne)
{
    public bool IsPresent => LengthPlusOne > 0;

    public int Length => Math.Max(LengthPlusOne - 1, 0);
}
