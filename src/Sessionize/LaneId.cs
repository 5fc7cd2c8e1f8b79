using System.Globalization;

namespace Sessionize;

/// <summary>A lane: the part of the input whose users, watermark and state are kept together.</summary>
/// <param name="Number">The number, from 0: the source partition's.</param>
public readonly record struct LaneId(int Number) : IComparable<LaneId>
{
    /// <inheritdoc/>
    public int CompareTo(LaneId other) => Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
