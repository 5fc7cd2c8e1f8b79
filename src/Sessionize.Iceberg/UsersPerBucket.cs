namespace Sessionize.Iceberg;

/// <summary>How evenly users are spread over the buckets that have any.</summary>
/// <param name="Buckets">The buckets that have users.</param>
/// <param name="Users">The users.</param>
/// <param name="Least">The users of the smallest bucket.</param>
/// <param name="Mean">The users of a bucket on average.</param>
/// <param name="Most">The users of the largest bucket.</param>
public sealed record UsersPerBucket(int Buckets, long Users, long Least, double Mean, long Most);
