namespace Sessionize.Testing;

/// <summary>What generated events are made of. Name the pages and values that your rules look for, else the rules never act.</summary>
/// <remarks>Immutable.</remarks>
public sealed record EventAlphabet
{
    /// <summary>The users; each has about half as many events as the one before it.</summary>
    /// <value>Three users.</value>
    public IReadOnlyList<string> Users { get; init; } = ["user-001", "user-002", "user-003"];

    /// <summary>The page names; some events have none.</summary>
    /// <value><c>home</c>, <c>search</c>, <c>product</c>, <c>login</c>, <c>logout</c>.</value>
    public IReadOnlyList<string> Pages { get; init; } = ["home", "search", "product", "login", "logout"];

    /// <summary>The event ids; few, so that duplicates come; some events have none.</summary>
    /// <value><c>e1</c>, <c>e2</c>, <c>e3</c>.</value>
    public IReadOnlyList<string> EventIds { get; init; } = ["e1", "e2", "e3"];

    /// <summary>The values of further fields, by path; some events lack the field.</summary>
    /// <value>None; every field that a rule declares gets the values of <see cref="FieldValues"/>.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fields { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The values of declared fields that <see cref="Fields"/> does not list.</summary>
    /// <value><c>0</c>, <c>1</c>, <c>2</c>, <c>other</c>.</value>
    public IReadOnlyList<string> FieldValues { get; init; } = ["0", "1", "2", "other"];

    /// <summary>The alphabet with every field that the rules declare.</summary>
    internal EventAlphabet WithFieldsOf(IEnumerable<ISessionBoundaryRule> rules)
    {
        Dictionary<string, IReadOnlyList<string>> fields = new(Fields);
        foreach (EventField field in rules.SelectMany(rule => rule.Reads).Where(field => field.Path[0] != '$'))
        {
            fields.TryAdd(field.Path, FieldValues);
        }

        return this with { Fields = fields };
    }
}
