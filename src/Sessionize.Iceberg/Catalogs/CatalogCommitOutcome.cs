namespace Sessionize.Iceberg.Catalogs;

/// <summary>The outcomes of a commit that are known. An unknown one is an exception.</summary>
internal enum CatalogCommitOutcome
{
    /// <summary>The table has changed.</summary>
    Committed,

    /// <summary>A requirement did not hold, or another was faster: load the table, and try again.</summary>
    Conflict,

    /// <summary>
    /// Nothing was sent that could change the table, and nothing will: its metadata could not be read or written, or the catalog was not reached.
    /// <see cref="CatalogCommit.IsTransient"/> says whether trying again may help.
    /// </summary>
    NotSent,

    /// <summary>The catalog refuses for good, and nothing has changed: no permission, or something that it does not take.</summary>
    Refused,
}
