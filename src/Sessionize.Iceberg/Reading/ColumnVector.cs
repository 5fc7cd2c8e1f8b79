namespace Sessionize.Iceberg.Reading;

/// <summary>The values of a column in some rows.</summary>
internal abstract class ColumnVector
{
    /// <summary>
    /// The value of a row, of a type that <see cref="Manifests.PartitionKey"/> names; of a list, an <see cref="IReadOnlyList{T}"/> of such;
    /// <see langword="null"/>, where there is none.
    /// </summary>
    public abstract object? this[int row] { get; }

    /// <summary>A column that has one value in all rows.</summary>
    public static ColumnVector Constant(object? value) => new ConstantVector(value);

    private sealed class ConstantVector(object? value) : ColumnVector
    {
        public override object? this[int row] => value;
    }
}
