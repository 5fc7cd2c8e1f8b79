namespace Sessionize.Parsing;

/// <summary>Where the value of a field stands in the record.</summary>
internal readonly record struct FieldValue(FieldKind Kind, int Start, int Length);
