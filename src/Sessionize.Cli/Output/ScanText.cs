using Sessionize.Iceberg.Reading;

namespace Sessionize.Cli.Output;

/// <summary>Says how much of a table a query opened.</summary>
internal static class ScanText
{
    /// <summary>As a sentence.</summary>
    public static string Of(ScanCounts counts) =>
        $"{CountText.Of(counts.Files)} of {CountText.Of(counts.FilesTotal)} files ({CountText.OfBytes(counts.Bytes)} of {CountText.OfBytes(counts.BytesTotal)}), "
        + $"{CountText.Of(counts.Manifests)} of {CountText.Of(counts.ManifestsTotal)} manifests, and of the files' {CountText.Of(counts.RowGroupsTotal)} row groups "
        + $"{CountText.Of(counts.RowGroups)} were opened; {CountText.OfBytes(counts.ColumnBytes)} were read.";
}
