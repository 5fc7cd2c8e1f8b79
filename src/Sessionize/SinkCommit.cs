namespace Sessionize;

/// <summary>What a commit makes durable as one, beside the staged rows.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Id">The id by which an unknown outcome is looked up.</param>
/// <param name="Lanes">One entry for each lane that the commit moves.</param>
public sealed record SinkCommit(string Pipeline, Guid Id, IReadOnlyList<LaneCommit> Lanes)
{
    /// <summary>Which rules, with which parameters, cut the sessions of this commit.</summary>
    /// <value>Empty by default.</value>
    public string Fingerprint { get; init; } = "";

    /// <summary>In a store's commit record: the ids of the commits before this one, oldest first, as far as they are kept.</summary>
    /// <value>Empty by default; a pipeline leaves it so, and <c>UpsertSessionSink</c> fills it.</value>
    public IReadOnlyList<Guid> Earlier { get; init; } = [];
}
