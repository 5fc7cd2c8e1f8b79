using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Reading;

/// <summary>A data file that a scan opens.</summary>
/// <param name="File">The file.</param>
/// <param name="Manifest">The manifest that lists it.</param>
/// <param name="SequenceNumber">The number of the commit whose rows they are.</param>
/// <param name="Deletes">The delete files that may take rows of it.</param>
internal sealed record ScanFile(DataFile File, ManifestFile Manifest, long SequenceNumber, IReadOnlyList<DataFile> Deletes);
