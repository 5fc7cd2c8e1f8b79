namespace Sessionize.Iceberg.Reading;

/// <summary>Lists as a file stores them: slots of elements, cut into rows.</summary>
/// <param name="elements">The elements, by slot.</param>
/// <param name="starts">The first slot of each row, and the end of the last.</param>
/// <param name="levels">The definition levels, by slot.</param>
/// <param name="listLevel">The level from which on the list itself is there.</param>
/// <param name="elementLevel">The level from which on a slot is an element.</param>
internal sealed class ListVector(ColumnVector elements, int[] starts, int[] levels, int listLevel, int elementLevel) : ColumnVector
{
    /// <inheritdoc/>
    public override object? this[int row]
    {
        get
        {
            int first = starts[row];
            if (levels[first] < listLevel)
            {
                return null;
            }

            if (levels[first] < elementLevel)
            {
                return Array.Empty<object?>();
            }

            object?[] list = new object?[starts[row + 1] - first];
            for (int i = 0; i < list.Length; i++)
            {
                list[i] = elements[first + i];
            }

            return list;
        }
    }
}
