namespace Sessionize;

/// <summary>The name of one version of a lane's state. A name is never used twice (semantics section 9).</summary>
/// <param name="Name">The name: <c>&lt;next position&gt;-&lt;random 128 bits&gt;</c>; safe as a file name.</param>
public readonly record struct StateVersion(string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
