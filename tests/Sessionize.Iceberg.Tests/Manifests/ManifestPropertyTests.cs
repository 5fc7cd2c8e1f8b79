using FsCheck;
using FsCheck.Xunit;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

public sealed class ManifestPropertyTests
{
    private const long SnapshotId = 77;
    private const long SequenceNumber = 9;

    [Property(MaxTest = 300)]
    public void Read_OfWrittenManifest_HasTheSameEntries(int seed, bool isFirstVersion, NonNegativeInt count)
    {
        RandomManifests random = new(seed, isFirstVersion ? 1 : 2);
        ManifestEntry[] entries = random.Entries(count.Get, SnapshotId, Number(isFirstVersion));
        ManifestFile manifest = Write(random.Table, entries, out byte[] bytes);

        FixtureManifestTests.Entries_AreSame(entries, ManifestReader.Read(bytes, manifest with { SequenceNumber = Number(isFirstVersion) }, random.Table));
        Assert.Equal(bytes.Length, manifest.Length);
        Assert.Equal(entries.Count(entry => entry.Status == EntryStatus.Added), manifest.AddedFilesCount);
        Assert.Equal(entries.Where(entry => entry.Status == EntryStatus.Existing).Sum(entry => entry.File.RecordCount), manifest.ExistingRowsCount);
        Assert.Equal(entries.Where(entry => entry.Status == EntryStatus.Deleted).Sum(entry => entry.File.RecordCount), manifest.DeletedRowsCount);
    }

    [Property(MaxTest = 300)]
    public void Write_Summaries_HoldEveryPartitionAndAreTight(int seed, PositiveInt count)
    {
        RandomManifests random = new(seed, 2);
        ManifestEntry[] entries = random.Entries(count.Get, SnapshotId, SequenceNumber);
        IReadOnlyList<FieldSummary> summaries = Write(random.Table, entries, out _).Partitions!;

        Assert.Equal(random.Types.Length, summaries.Count);
        for (int index = 0; index < summaries.Count; index++)
        {
            PrimitiveType type = random.Types[index];
            object?[] values = [.. entries.Select(entry => entry.File.Partition.Values[index])];
            object[] real = [.. values.Where(value => value is not (null or float.NaN or double.NaN)).Select(value => value!)];
            Assert.Equal(values.Contains(null), summaries[index].ContainsNull);
            Assert.Equal(values.Any(value => value is float.NaN or double.NaN), summaries[index].ContainsNan);
            Assert.Equal(real.Length == 0, summaries[index].LowerBound is null);
            if (real.Length > 0)
            {
                object lower = SingleValue.FromBytes(type, summaries[index].LowerBound)!;
                object upper = SingleValue.FromBytes(type, summaries[index].UpperBound)!;
                Assert.Contains(lower, real);
                Assert.Contains(upper, real);
                Assert.All(real, value => Assert.True(SingleValue.Compare(type, lower, value) <= 0 && SingleValue.Compare(type, value, upper) <= 0));
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Read_OfWrittenList_HasTheSameManifests(int seed, bool isFirstVersion, NonNegativeInt count)
    {
        (IReadOnlyList<ManifestFile> manifests, byte[] list) = List(seed, isFirstVersion ? 1 : 2, count.Get);
        ManifestFile[] expected =
        [
            .. manifests.Select(manifest => manifest with
            {
                SequenceNumber = Number(isFirstVersion),
                MinSequenceNumber = isFirstVersion ? 0 : manifest.MinSequenceNumber ?? SequenceNumber,
            }),
        ];
        FixtureManifestTests.AssertSame(expected, ManifestListReader.Read(list, "x"));
    }

    [Property(MaxTest = 300)]
    public void Read_DamagedManifest_IsReadOrRefusedWithASentence(int seed, bool isFirstVersion)
    {
        RandomManifests random = new(seed, isFirstVersion ? 1 : 2);
        ManifestFile manifest = Write(random.Table, random.Entries(6, SnapshotId, Number(isFirstVersion)), out byte[] bytes);
        Damage.Each(seed, bytes, damaged => ManifestReader.Read(damaged, manifest with { SequenceNumber = 0 }, random.Table));
        Damage.Each(seed, Damage.Uncompressed(bytes), damaged => ManifestReader.Read(damaged, manifest with { SequenceNumber = 0 }, random.Table));
    }

    [Property(MaxTest = 300)]
    public void Read_DamagedList_IsReadOrRefusedWithASentence(int seed, bool isFirstVersion)
    {
        (_, byte[] list) = List(seed, isFirstVersion ? 1 : 2, 3);
        Damage.Each(seed, list, damaged => ManifestListReader.Read(damaged, "the place"));
        Damage.Each(seed, Damage.Uncompressed(list), damaged => ManifestListReader.Read(damaged, "the place"));
    }

    private static (IReadOnlyList<ManifestFile> Manifests, byte[] List) List(int seed, int version, int count)
    {
        ManifestFile[] manifests =
        [
            .. Enumerable.Range(0, count).Select(index =>
            {
                RandomManifests random = new(seed + index, version);
                return Write(random.Table, random.Entries(3, SnapshotId, version == 1 ? 0 : SequenceNumber), out _) with
                {
                    KeyMetadata = index % 2 == 0 ? null : [1, 2],
                    Partitions = index % 3 == 0 ? null : [new FieldSummary(true, index % 2 == 0 ? null : false, null, [1, 2, 3])],
                };
            }),
        ];
        Snapshot snapshot = new()
        {
            Id = SnapshotId,
            ParentId = seed % 2 == 0 ? null : 5,
            SequenceNumber = version == 1 ? 0 : SequenceNumber,
            TimestampMs = 1,
            Summary = new Dictionary<string, string>(),
        };
        return (manifests, ManifestListWriter.Write(manifests, snapshot, version));
    }

    private static ManifestFile Write(TableMetadata table, ManifestEntry[] entries, out byte[] bytes) =>
        ManifestWriter.Write("/t/metadata/m.avro", table, table.DefaultSpec, ManifestContent.Data, SnapshotId, entries, out bytes);

    private static long Number(bool isFirstVersion) => isFirstVersion ? 0 : SequenceNumber;
}
