namespace Sessionize.Parsing;

/// <summary>What stands in a field that is read.</summary>
internal enum FieldKind
{
    /// <summary>Nothing, or <c>null</c>.</summary>
    Absent,

    /// <summary>A text without escapes.</summary>
    Text,

    /// <summary>A text with escapes.</summary>
    EscapedText,

    /// <summary>A number without fraction and exponent.</summary>
    Integer,

    /// <summary>A value of another type.</summary>
    Other,
}
