namespace Sessionize.Iceberg.Reading;

/// <summary>How a column is compared with a value.</summary>
internal enum ComparisonKind
{
    /// <summary>The same.</summary>
    Equal,

    /// <summary>Another; a null is neither the same nor another.</summary>
    NotEqual,

    /// <summary>Less.</summary>
    Less,

    /// <summary>Less, or the same.</summary>
    LessOrEqual,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Greater, or the same.</summary>
    GreaterOrEqual,
}
