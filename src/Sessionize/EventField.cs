using System.Buffers;
using System.Text.Unicode;

namespace Sessionize;

/// <summary>A field of an event that a rule reads.</summary>
/// <remarks>Immutable, and safe for use by several threads. Two fields are equal when their paths are equal.</remarks>
public sealed class EventField : IEquatable<EventField>
{
    private EventField(string path) => Path = path;

    /// <summary>The page name, wherever the input holds it.</summary>
    public static EventField PageName { get; } = new("$page_name");

    /// <summary>The event id, wherever the input holds it.</summary>
    public static EventField EventId { get; } = new("$event_id");

    /// <summary>The path: names of objects' members, joined by dots.</summary>
    public string Path { get; }

    /// <summary>Makes a set of two fields.</summary>
    /// <param name="left">A field.</param>
    /// <param name="right">Another field.</param>
    /// <returns>The set.</returns>
    public static EventFields operator |(EventField left, EventField right) => EventFields.Of(left, right);

    /// <summary>A field by its path, <c>utm.campaign</c>: the member <c>campaign</c> of the object <c>utm</c>.</summary>
    /// <param name="path">The path. It goes into objects only, never into arrays; a key that holds a dot cannot be reached.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentException">The path is empty, has an empty step, starts with <c>$</c>, or is not valid text.</exception>
    public static EventField Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] == '$' || path.Split('.').Any(step => step.Length == 0))
        {
            throw new ArgumentException($"The field path '{path}' must be names joined by single dots, such as 'utm.campaign', and not start with '$'.", nameof(path));
        }

        if (!IsText(path))
        {
            throw new ArgumentException("The field path holds half a surrogate pair, which no JSON name in UTF-8 can match.", nameof(path));
        }

        return new EventField(path);
    }

    /// <summary>Whether a text has no half of a surrogate pair, so that UTF-8 can hold it.</summary>
    internal static bool IsText(string text) => Utf8.FromUtf16(text, new byte[text.Length * 3], out _, out _, replaceInvalidSequences: false) == OperationStatus.Done;

    /// <inheritdoc/>
    public bool Equals(EventField? other) => other is not null && (ReferenceEquals(this, other) || Path == other.Path);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EventField);

    /// <inheritdoc/>
    public override int GetHashCode() => Path.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
