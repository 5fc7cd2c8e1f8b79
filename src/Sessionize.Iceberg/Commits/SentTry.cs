namespace Sessionize.Iceberg.Commits;

/// <summary>What a try names that was sent to the catalog.</summary>
/// <param name="Manifests">The manifests of its list.</param>
/// <param name="Rewritten">The data files that it wrote in place of others.</param>
internal sealed record SentTry(IReadOnlyCollection<string> Manifests, IReadOnlyCollection<string> Rewritten);
