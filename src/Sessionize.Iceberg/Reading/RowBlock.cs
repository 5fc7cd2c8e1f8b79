namespace Sessionize.Iceberg.Reading;

/// <summary>Rows of a row group, by column.</summary>
/// <param name="columns">The columns by field id; one that the file does not have is there, too.</param>
/// <param name="firstPosition">The position of the first row in the file.</param>
/// <param name="count">The rows.</param>
/// <param name="rangeOf">Tells what the footer says of a column in these rows.</param>
internal sealed class RowBlock(IReadOnlyDictionary<int, ColumnVector> columns, long firstPosition, int count, Func<int, ValueRange?> rangeOf)
{
    /// <summary>The number of rows.</summary>
    public int Count => count;

    /// <summary>The position of the first row in the file.</summary>
    public long FirstPosition => firstPosition;

    /// <summary>A column; <see langword="null"/>, if it was not asked for.</summary>
    public ColumnVector? Find(int fieldId) => columns.GetValueOrDefault(fieldId);

    /// <summary>What the footer says of a column in these rows; <see langword="null"/>: nothing.</summary>
    public ValueRange? RangeOf(int fieldId) => rangeOf(fieldId);

    /// <summary>A value.</summary>
    public object? Value(int fieldId, int row) => columns[fieldId][row];
}
