using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Commits;

/// <summary>How a commit ended.</summary>
/// <param name="Kind"><see cref="CommitStepKind.Done"/> or <see cref="CommitStepKind.Refused"/>.</param>
/// <param name="Table">The table as it was seen last.</param>
/// <param name="IsOurs">Whether the table has it by this commit; otherwise another made it, or it was refused.</param>
internal sealed record CommitResult(CommitStepKind Kind, CatalogTable Table, bool IsOurs);
