using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Auditing;

/// <summary>What is found in a column while it is read.</summary>
/// <param name="column">The column.</param>
internal sealed class ColumnTally(IcebergField column)
{
    /// <summary>The column.</summary>
    public IcebergField Field => column;

    /// <summary>The id that metrics have: of a list that of its elements.</summary>
    public int MetricsId => column.Type is ListType list ? list.ElementId : column.Id;

    /// <summary>The rows.</summary>
    public long Rows { get; private set; }

    /// <summary>The rows without a value.</summary>
    public long Nulls { get; private set; }

    /// <summary>The values that are no numbers.</summary>
    public long Nans { get; private set; }

    /// <summary>Of a list the elements.</summary>
    public long Elements { get; private set; }

    /// <summary>Of a list the rows without an element, which take a slot in a file all the same.</summary>
    public long EmptySlots { get; private set; }

    /// <summary>The least value.</summary>
    public object? Least { get; private set; }

    /// <summary>The greatest value.</summary>
    public object? Greatest { get; private set; }

    /// <summary>Takes a row.</summary>
    public void Add(object? value)
    {
        Rows++;
        if (column.Type is ListType)
        {
            int elements = (value as IReadOnlyList<object?>)?.Count ?? 0;
            Elements += elements;
            EmptySlots += elements == 0 ? 1 : 0;
        }

        if (value is null)
        {
            Nulls++;
        }
        else if (CellValues.IsNan(value))
        {
            Nans++;
        }
        else if (column.Type is PrimitiveType)
        {
            Least = Least is null || CellValues.Compare(value, Least) < 0 ? value : Least;
            Greatest = Greatest is null || CellValues.Compare(value, Greatest) > 0 ? value : Greatest;
        }
    }
}
