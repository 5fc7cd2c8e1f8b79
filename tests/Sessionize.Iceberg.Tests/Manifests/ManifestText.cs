using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>Manifests and entries as texts with every field, so that a difference is seen.</summary>
internal static class ManifestText
{
    public static string Of(ManifestFile manifest) => string.Join('\n',
        manifest.Path, manifest.Length, manifest.SpecId, manifest.Content, $"seq {manifest.SequenceNumber} {manifest.MinSequenceNumber}", manifest.AddedSnapshotId,
        $"files {manifest.AddedFilesCount} {manifest.ExistingFilesCount} {manifest.DeletedFilesCount}",
        $"rows {manifest.AddedRowsCount} {manifest.ExistingRowsCount} {manifest.DeletedRowsCount}",
        $"key {Of(manifest.KeyMetadata)}",
        manifest.Partitions is null
            ? "-"
            : string.Join(';', manifest.Partitions.Select(part => $"{part.ContainsNull} {part.ContainsNan} {Of(part.LowerBound)} {Of(part.UpperBound)}")));

    public static string Of(ManifestEntry entry) => string.Join('\n',
        entry.Status, $"{entry.SnapshotId} {entry.SequenceNumber} {entry.FileSequenceNumber}", Of(entry.File));

    public static string Of(DataFile file) => string.Join('\n',
        file.Content, file.FilePath, file.FileFormat, file.SpecId, file.RecordCount, file.FileSizeInBytes,
        $"partition {string.Join(',', file.Partition.Values.Select(Of))}",
        $"sizes {Of(file.ColumnSizes)}", $"values {Of(file.ValueCounts)}", $"nulls {Of(file.NullValueCounts)}", $"nans {Of(file.NanValueCounts)}",
        $"lower {Of(file.LowerBounds)}", $"upper {Of(file.UpperBounds)}", $"key {Of(file.KeyMetadata)}",
        $"splits {(file.SplitOffsets is null ? "-" : string.Join(',', file.SplitOffsets))}",
        $"equal {(file.EqualityIds is null ? "-" : string.Join(',', file.EqualityIds))}", $"order {file.SortOrderId}", $"of {file.ReferencedDataFile}");

    private static string Of(object? value) => value switch
    {
        null => "null",
        BinaryValue bytes => Of(bytes.Bytes),
        Guid uuid => $"{uuid}",
        _ => FormattableString.Invariant($"{value.GetType().Name} {value:R}"),
    };

    private static string Of(byte[]? bytes) => bytes is null ? "-" : $"x{Convert.ToHexString(bytes)}";

    private static string Of(IReadOnlyDictionary<int, long>? map) => map is null ? "-" : string.Join(',', map.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"));

    private static string Of(IReadOnlyDictionary<int, byte[]>? map) => map is null ? "-" : string.Join(',', map.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={Of(pair.Value)}"));
}
