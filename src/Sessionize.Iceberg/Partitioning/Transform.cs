using System.Globalization;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>How a partition value is made of a column's value.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Width">The number of buckets, or the width of a truncation; else 0.</param>
internal readonly record struct Transform(TransformKind Kind, int Width = 0)
{
    /// <summary>Of an unknown transform the name that the table has.</summary>
    public string? UnknownName { get; init; }

    /// <summary>Reads the name that metadata has, such as <c>bucket[16]</c>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The transform; <see cref="TransformKind.Unknown"/>, if it is none that this program knows.</returns>
    public static Transform Parse(string name)
    {
        if (Enum.TryParse(name, ignoreCase: true, out TransformKind kind) && kind is not (TransformKind.Bucket or TransformKind.Truncate or TransformKind.Unknown)
            && char.IsAsciiLetter(name[0]))
        {
            return new Transform(kind);
        }

        int open = name.IndexOf('[', StringComparison.Ordinal);
        return open > 0 && name[^1] == ']' && name[..open] is "bucket" or "truncate"
            && int.TryParse(name.AsSpan(open + 1, name.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width > 0
            ? new Transform(name[0] == 'b' ? TransformKind.Bucket : TransformKind.Truncate, width)
            : new Transform(TransformKind.Unknown) { UnknownName = name };
    }

    /// <summary>The name that metadata has.</summary>
    public override string ToString() => Kind switch
    {
        TransformKind.Unknown => UnknownName ?? "unknown",
        TransformKind.Bucket or TransformKind.Truncate => $"{Kind.ToString().ToLowerInvariant()}[{Width}]",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
