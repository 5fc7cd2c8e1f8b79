namespace Sessionize.Iceberg.Reading;

/// <summary>Values as a file stores them, made into those of the table as they are asked for.</summary>
/// <typeparam name="T">What the file stores.</typeparam>
/// <param name="values">The values, by slot.</param>
/// <param name="levels">The definition levels, by slot; <see langword="null"/>: no slot is null.</param>
/// <param name="present">The level of a slot that has a value.</param>
/// <param name="convert">Makes a table's value of a stored one.</param>
internal sealed class ScalarVector<T>(T[] values, int[]? levels, int present, Func<T, object> convert) : ColumnVector
    where T : struct
{
    /// <inheritdoc/>
    public override object? this[int slot] => levels is null || levels[slot] == present ? convert(values[slot]) : null;
}
