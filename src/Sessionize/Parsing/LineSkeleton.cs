namespace Sessionize.Parsing;

/// <summary>The shape of a line: its bytes without the values, what the values may be, and which of them are read.</summary>
internal sealed class LineSkeleton
{
    /// <summary>Stands for a value. No JSON text holds this byte.</summary>
    public const byte Mark = 0;

    /// <summary>The binding of a field that the shape does not have.</summary>
    public const int Absent = -1;

    /// <summary>The binding of a field at which an object stands.</summary>
    public const int Other = -2;

    public LineSkeleton(byte[] bytes, VariableKind[] variables, int[] depths, int[] bindings) =>
        (Bytes, Variables, Depths, Bindings) = (bytes, variables, depths, bindings);

    /// <summary>The line with its end, each value replaced by <see cref="Mark"/>.</summary>
    public byte[] Bytes { get; }

    /// <summary>What each value may be.</summary>
    public VariableKind[] Variables { get; }

    /// <summary>How deep each value is nested, from 1.</summary>
    public int[] Depths { get; }

    /// <summary>For each field that is read the number of its value, or <see cref="Absent"/>, or <see cref="Other"/>.</summary>
    /// <remarks>It follows from the keys alone: so it holds for every line of this shape.</remarks>
    public int[] Bindings { get; }

    /// <summary>The shape that takes the values of both; both have the same bytes.</summary>
    public LineSkeleton Join(LineSkeleton other) => new(Bytes, [.. Variables.Zip(other.Variables, Join)], Depths, Bindings);

    private static VariableKind Join(VariableKind left, VariableKind right) =>
        left == right ? left
        : left == VariableKind.AnyUnread || right == VariableKind.AnyUnread ? VariableKind.AnyUnread
        : VariableKind.Any;
}
