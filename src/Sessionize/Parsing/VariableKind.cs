namespace Sessionize.Parsing;

/// <summary>What may stand in a place of a <see cref="LineTemplate"/> where the lines differ.</summary>
internal enum VariableKind
{
    /// <summary>The text of a string; its quotes belong to the template's fixed bytes.</summary>
    Text,

    /// <summary>A number of 1 to 32 digits, without sign, fraction and exponent.</summary>
    Digits,

    /// <summary>Any string with its quotes, number, literal or array: whatever its first byte says.</summary>
    Any,

    /// <summary>Any value at all: no field is read in it, should it be an object.</summary>
    AnyUnread,

    /// <summary>No variable: the template ends here.</summary>
    End,
}
