using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits;

public sealed class ManifestBinsTests
{
    [Fact]
    public void Of_FewerThanTheLeastCount_StayAsTheyAre() =>
        Assert.Equal(Enumerable.Repeat(1, 99), ManifestBins.Of(Manifests(99), 8 << 20, 100).Select(bin => bin.Count));

    [Fact]
    public void Of_LeastCount_AreJoined() => Assert.Equal([100], ManifestBins.Of(Manifests(100), 8 << 20, 100).Select(bin => bin.Count));

    [Fact]
    public void Of_OlderBinsThatAreFull_AreJoinedAtOnce()
    {
        // From the oldest: bins of two; the newest one is alone.
        List<IReadOnlyList<ManifestFile>> bins = [.. ManifestBins.Of(Manifests(5), 2000, 100)];
        Assert.Equal([1, 2, 2], bins.Select(bin => bin.Count));
        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], bins.SelectMany(bin => bin).Select(manifest => manifest.Path));
    }

    [Fact]
    public void Of_LargerThanTheTarget_IsAlone() => Assert.All(ManifestBins.Of(Manifests(3), 10, 1), bin => Assert.Single(bin));

    [Fact]
    public void Of_OtherSpecsAndDeletes_AreNotMixed()
    {
        ManifestFile[] manifests = [.. Manifests(4).Select((manifest, i) => manifest with { SpecId = i % 2, Content = (ManifestContent)(i / 2) })];
        Assert.All(ManifestBins.Of(manifests, 8 << 20, 1), bin => Assert.Single(bin));
    }

    private static ManifestFile[] Manifests(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new ManifestFile { Path = $"m{i}", Length = 1000, SpecId = 0, AddedSnapshotId = 1 })];
}
