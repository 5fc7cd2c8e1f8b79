using System.Globalization;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Writing;

/// <summary>What a manifest keeps of a column (<c>write.metadata.metrics.*</c>).</summary>
/// <param name="HasCounts">Whether values and nulls are counted.</param>
/// <param name="BoundCodePoints">The code points that bounds of texts have at most; 0: there are no bounds; <see cref="int.MaxValue"/>: whole texts.</param>
internal readonly record struct ColumnMetricsMode(bool HasCounts, int BoundCodePoints)
{
    private const string TruncateStart = "truncate(";

    /// <summary>What Iceberg keeps by default: counts, and bounds of 16 code points.</summary>
    public static ColumnMetricsMode Default { get; } = new(HasCounts: true, 16);

    /// <summary>Whether a column has bounds.</summary>
    public bool HasBounds => BoundCodePoints > 0;

    /// <summary>Reads <c>none</c>, <c>counts</c>, <c>truncate(16)</c> or <c>full</c>.</summary>
    /// <returns>The mode; <see langword="null"/>: the table does not say.</returns>
    /// <exception cref="SessionizeException">It is none of them.</exception>
    public static ColumnMetricsMode? Of(TableProperties properties, string name)
    {
        string? text = properties.Text(name)?.Trim().ToLowerInvariant();
        return text switch
        {
            null => null,
            "none" => default(ColumnMetricsMode),
            "counts" => new ColumnMetricsMode(HasCounts: true, 0),
            "full" => new ColumnMetricsMode(HasCounts: true, int.MaxValue),
            _ when text.StartsWith(TruncateStart, StringComparison.Ordinal) && text[^1] == ')'
                && int.TryParse(text.AsSpan(TruncateStart.Length, text.Length - TruncateStart.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                && length > 0 => new ColumnMetricsMode(HasCounts: true, length),
            _ => throw TableProperties.Refused(name, text, "none, counts, truncate(16) or full"),
        };
    }
}
