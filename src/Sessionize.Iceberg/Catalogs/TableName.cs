namespace Sessionize.Iceberg.Catalogs;

/// <summary>A table's name in its catalog. Immutable; equal when all parts are.</summary>
/// <param name="Namespace">The levels above it; at least one.</param>
/// <param name="Name">Its own name.</param>
internal sealed record TableName(IReadOnlyList<string> Namespace, string Name)
{
    /// <summary>Reads <c>a.b.t</c>.</summary>
    /// <exception cref="ArgumentException">There is no namespace, or a part is empty.</exception>
    public static TableName Parse(string name)
    {
        string[] parts = name.Split('.');
        return parts.Length >= 2 && parts.All(part => part.Length > 0 && part.IndexOfAny(['/', '\\', '\0']) < 0 && part is not "..")
            ? new TableName(parts[..^1], parts[^1])
            : throw new ArgumentException($"The table '{name}' has no namespace or an empty part: write NAMESPACE.NAME, such as sessions.user_sessions.");
    }

    /// <inheritdoc/>
    public bool Equals(TableName? other) => other is not null && Name == other.Name && Namespace.SequenceEqual(other.Namespace);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Namespace.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join('.', Namespace)}.{Name}";
}
