namespace Sessionize;

/// <summary>The base of custom rules: every question is answered with "no" until it is overridden.</summary>
/// <example>
/// <code>
/// public sealed class LogoutEndsVisit() : SessionBoundaryRule("logout")
/// {
///     public override EventFields Reads =&gt; EventField.PageName;
///     public override bool EndsWith(in BoundaryContext context) =&gt; context.Current.PageName == "logout";
/// }
/// </code>
/// </example>
/// <remarks>See <see cref="ISessionBoundaryRule"/> for what a rule may and may not do.</remarks>
public abstract class SessionBoundaryRule : ISessionBoundaryRule
{
    /// <summary>Names the rule.</summary>
    /// <param name="name">The name, unique in a pipeline: letters, digits, <c>-</c>, <c>_</c> and <c>.</c></param>
    /// <param name="pass">Whether it cuts visits (default) or sessions.</param>
    /// <param name="version">The version of the rule's meaning, from 1.</param>
    /// <exception cref="ArgumentException">The name is empty or holds another character.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is below 1, or the pass is not a known one.</exception>
    protected SessionBoundaryRule(string name, RulePass pass = RulePass.Visit, int version = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new ArgumentException($"The rule name '{name}' may hold ASCII letters, digits, '-', '_' and '.' only.", nameof(name));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        if (pass is not (RulePass.Visit or RulePass.Session))
        {
            throw new ArgumentOutOfRangeException(nameof(pass), pass, "A rule belongs to RulePass.Visit or RulePass.Session.");
        }

        Name = name;
        Pass = pass;
        Version = version;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Version { get; }

    /// <inheritdoc/>
    public RulePass Pass { get; }

    /// <inheritdoc/>
    /// <value>None by default.</value>
    public virtual EventFields Reads => EventFields.None;

    /// <inheritdoc/>
    /// <value>Empty by default.</value>
    public virtual string Parameters => "";

    /// <inheritdoc/>
    public virtual bool StartsNew(in BoundaryContext context) => false;

    /// <inheritdoc/>
    public virtual bool EndsWith(in BoundaryContext context) => false;

    /// <inheritdoc/>
    public virtual long? DeadlineAfter(in BoundaryContext context) => null;
}
