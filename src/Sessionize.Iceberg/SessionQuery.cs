namespace Sessionize.Iceberg;

/// <summary>Which sessions of a table are asked for: those that fit everything that is set here.</summary>
/// <remarks>Immutable, and safe for use by several threads. A new one asks for all sessions of the table as it is now.</remarks>
public sealed record SessionQuery
{
    /// <summary>Sessions of these days: of <c>session_date</c>, the UTC day of the start; or in a table without that column the UTC days of the starts.</summary>
    /// <value>Empty by default: of all days.</value>
    public IReadOnlyCollection<DateOnly> Dates { get; init; } = [];

    /// <summary>Sessions of this user (<c>uuid</c>).</summary>
    /// <value>None by default: of all users.</value>
    public string? UserId { get; init; }

    /// <summary>Sessions of this bucket (<c>user_hash_bucket</c>).</summary>
    /// <value>None by default: of all buckets.</value>
    public int? Bucket { get; init; }

    /// <summary>The number of buckets by which the table's writer spread the users.</summary>
    /// <value>None by default. With <see cref="UserId"/> it narrows the search to the user's bucket: a table does not tell the number, so that it has to be known.</value>
    public int? BucketCount { get; init; }

    /// <summary>Sessions that start at this time or later (<c>session_start_time</c>; where that is null or there is no such column, <c>session_start_time_ms</c>).</summary>
    /// <value>None by default.</value>
    public DateTimeOffset? StartFrom { get; init; }

    /// <summary>Sessions that start before this time; one that starts at it does not fit.</summary>
    /// <value>None by default.</value>
    public DateTimeOffset? StartTo { get; init; }

    /// <summary>Reads this snapshot, with the columns that the table had then.</summary>
    /// <value>None by default: the current one.</value>
    public long? SnapshotId { get; init; }

    /// <summary>Reads the snapshot that was current at this time, with the columns that the table had then. Not with <see cref="SnapshotId"/>.</summary>
    /// <value>None by default.</value>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The most sessions that are read.</summary>
    /// <value>None by default: all.</value>
    public long? Limit { get; init; }
}
