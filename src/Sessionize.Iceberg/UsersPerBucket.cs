namespace Sessionize.Iceberg;

/// <summary>How evenly users are spread over the buckets that have any.</summary>
/// <remarks>Of the live rows' <c>uuid</c> and <c>user_hash_bucket</c>. Immutable, and safe for use by several threads.</remarks>
/// <param name="Buckets">The number of buckets that have users.</param>
/// <param name="Users">The number of different users.</param>
/// <param name="Least">The number of users of the smallest bucket.</param>
/// <param name="Mean">The users of a bucket on average.</param>
/// <param name="Most">The number of users of the largest bucket.</param>
public sealed record UsersPerBucket(int Buckets, long Users, long Least, double Mean, long Most);
