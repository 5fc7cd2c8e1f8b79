using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Commits;

/// <summary>Which manifests are joined: as Iceberg's merging writer does it (<c>commit.manifest.target-size-bytes</c>, <c>.min-count-to-merge</c>).</summary>
internal static class ManifestBins
{
    /// <summary>Spreads manifests over bins; the manifests of a bin become one.</summary>
    /// <param name="manifests">All manifests, the newest first.</param>
    /// <param name="targetBytes">About as large as a manifest should be.</param>
    /// <param name="minCountToMerge">The bin with the newest manifest is joined only when it has that many.</param>
    public static IEnumerable<IReadOnlyList<ManifestFile>> Of(IReadOnlyList<ManifestFile> manifests, long targetBytes, int minCountToMerge)
    {
        foreach (IGrouping<(int SpecId, ManifestContent Content), ManifestFile> group in manifests.GroupBy(manifest => (manifest.SpecId, manifest.Content)))
        {
            ManifestFile newest = group.First();
            foreach (IReadOnlyList<ManifestFile> bin in Pack([.. group], targetBytes))
            {
                if (bin.Count > 1 && bin.Contains(newest) && bin.Count < minCountToMerge)
                {
                    foreach (ManifestFile manifest in bin)
                    {
                        yield return [manifest];
                    }
                }
                else
                {
                    yield return bin;
                }
            }
        }
    }

    /// <summary>From the oldest on, so that full bins stay as they are when newer manifests come.</summary>
    private static List<IReadOnlyList<ManifestFile>> Pack(IReadOnlyList<ManifestFile> manifests, long targetBytes)
    {
        List<IReadOnlyList<ManifestFile>> bins = [];
        List<ManifestFile> bin = [];
        long size = 0;
        for (int i = manifests.Count - 1; i >= 0; i--)
        {
            if (bin.Count > 0 && size + manifests[i].Length > targetBytes)
            {
                bins.Insert(0, bin);
                (bin, size) = ([], 0);
            }

            bin.Insert(0, manifests[i]);
            size += manifests[i].Length;
        }

        bins.Insert(0, bin);
        return bins;
    }
}
