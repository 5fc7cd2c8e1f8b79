namespace Sessionize.Cli.DeadLetters;

/// <summary>Records that were begun to be sent in one transaction.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="TopicId">Its id.</param>
/// <param name="Ends">Where its partitions ended before.</param>
/// <param name="Ids">The ids of the records.</param>
internal sealed record PendingReplay(string Topic, string TopicId, IReadOnlyDictionary<int, long> Ends, IReadOnlyList<string> Ids);
