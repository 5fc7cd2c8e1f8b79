using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Commits;

/// <summary>How a commit ended.</summary>
/// <param name="Kind"><see cref="CommitStepKind.Done"/> or <see cref="CommitStepKind.Refused"/>.</param>
/// <param name="Table">The table as it was seen last.</param>
/// <param name="MayDiscard">Whether it is certain that no snapshot names the files of this commit: another made it, or it was refused.</param>
internal sealed record CommitResult(CommitStepKind Kind, CatalogTable Table, bool MayDiscard);
