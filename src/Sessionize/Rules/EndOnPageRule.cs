namespace Sessionize.Rules;

/// <summary>Ends a visit with an event of a named page, such as <c>logout</c>. Pass 1; names are compared exactly.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
public sealed class EndOnPageRule : SessionBoundaryRule
{
    private readonly string[] _pages;

    /// <summary>Creates the rule.</summary>
    /// <param name="pages">The page names; at least one, none of them empty.</param>
    /// <exception cref="ArgumentException">There is no page name, or an empty one.</exception>
    public EndOnPageRule(params IEnumerable<string> pages)
        : base("end-on-page", RulePass.Visit)
    {
        ArgumentNullException.ThrowIfNull(pages);
        _pages = [.. pages.Distinct(StringComparer.Ordinal)];
        if (_pages.Length == 0 || _pages.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("Give at least one page name, such as 'logout', and no empty one.", nameof(pages));
        }
    }

    /// <summary>The page names.</summary>
    public IReadOnlyList<string> Pages => _pages;

    /// <inheritdoc/>
    public override EventFields Reads => EventField.PageName;

    /// <inheritdoc/>
    public override string Parameters => "pages=" + string.Join('\u001F', _pages.Order(StringComparer.Ordinal));

    /// <inheritdoc/>
    public override bool EndsWith(in BoundaryContext context)
    {
        Utf8Text page = context.Current.PageName;
        foreach (string name in _pages)
        {
            if (page == name)
            {
                return true;
            }
        }

        return false;
    }
}
