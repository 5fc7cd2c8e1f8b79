namespace Sessionize;

/// <summary>What a rule cuts (semantics section 2).</summary>
public enum RulePass
{
    /// <summary>Pass 1: the rule cuts a user's events into visits; its scope is the visit.</summary>
    Visit,

    /// <summary>Pass 2: the rule cuts a visit into sessions; its scope is the session.</summary>
    Session,
}
