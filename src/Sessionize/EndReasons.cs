namespace Sessionize;

/// <summary>The values of <see cref="Session.EndReason"/> (semantics section 2).</summary>
public static class EndReasons
{
    /// <summary>The inactivity rule's deadline passed.</summary>
    public const string Inactivity = "Inactivity";

    /// <summary>The maximum duration was reached.</summary>
    public const string MaxDuration = "MaxDuration";

    /// <summary>The bounded input ended before any other reason was due.</summary>
    public const string EndOfInput = "EndOfInput";

    /// <summary>The prefix of every other rule's reason: <c>Rule:logout</c>.</summary>
    public const string RulePrefix = "Rule:";
}
