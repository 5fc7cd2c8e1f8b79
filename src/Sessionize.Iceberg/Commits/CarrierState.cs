namespace Sessionize.Iceberg.Commits;

/// <summary>Whether what a table records of a pipeline can be relied on.</summary>
internal enum CarrierState
{
    /// <summary>It can; where there is no record, the pipeline has not committed yet.</summary>
    Found,

    /// <summary>The table was rolled back behind commits of the pipeline.</summary>
    RolledBack,

    /// <summary>The pipeline has committed, and neither snapshot nor tag is left that says how far.</summary>
    Lost,
}
