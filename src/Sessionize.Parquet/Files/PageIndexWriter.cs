using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Files;

/// <summary>Writes the page index: for each column of a row group its pages' statistics, and where the pages stand.</summary>
internal static class PageIndexWriter
{
    private const int Unordered = 0;
    private const int Ascending = 1;
    private const int Descending = 2;

    /// <summary>Writes the statistics of a column's pages.</summary>
    public static void WriteColumnIndex(ThriftWriter thrift, EncodedColumn column)
    {
        IReadOnlyList<EncodedPage> pages = column.Pages;
        thrift.BeginElement();
        thrift.BeginList(1, ThriftWriter.ElementType.Boolean, pages.Count);
        foreach (EncodedPage page in pages)
        {
            thrift.BooleanElement(page.Bounds is null);
        }

        thrift.BeginList(2, ThriftWriter.ElementType.Binary, pages.Count);
        foreach (EncodedPage page in pages)
        {
            thrift.BinaryElement(page.Bounds?.Min);
        }

        thrift.BeginList(3, ThriftWriter.ElementType.Binary, pages.Count);
        foreach (EncodedPage page in pages)
        {
            thrift.BinaryElement(page.Bounds?.Max);
        }

        thrift.Int32(4, OrderOf(column.Column.Type, pages));
        thrift.BeginList(5, ThriftWriter.ElementType.Int64, pages.Count);
        foreach (EncodedPage page in pages)
        {
            thrift.Int64Element(page.NullCount);
        }

        thrift.EndStructure();
    }

    /// <summary>Writes the places of a column's pages.</summary>
    /// <param name="thrift">Takes the structure.</param>
    /// <param name="column">The column.</param>
    /// <param name="rowGroupOffset">Where the row group begins in the file.</param>
    public static void WriteOffsetIndex(ThriftWriter thrift, EncodedColumn column, long rowGroupOffset)
    {
        thrift.BeginElement();
        thrift.BeginList(1, ThriftWriter.ElementType.Structure, column.Pages.Count);
        foreach (EncodedPage page in column.Pages)
        {
            thrift.BeginElement();
            thrift.Int64(1, rowGroupOffset + page.Offset);
            thrift.Int32(2, page.Size);
            thrift.Int64(3, page.FirstRow);
            thrift.EndStructure();
        }

        thrift.EndStructure();
    }

    /// <summary>Whether both the least and the greatest values rise or fall from page to page; pages of nulls have no say.</summary>
    private static int OrderOf(PhysicalType type, IReadOnlyList<EncodedPage> pages)
    {
        bool rises = true;
        bool falls = true;
        PageBounds? last = null;
        foreach (EncodedPage page in pages)
        {
            if (page.Bounds is null)
            {
                continue;
            }

            if (last is not null)
            {
                int min = ValueOrder.Compare(type, last.Min, page.Bounds.Min);
                int max = ValueOrder.Compare(type, last.Max, page.Bounds.Max);
                rises &= min <= 0 && max <= 0;
                falls &= min >= 0 && max >= 0;
            }

            last = page.Bounds;
        }

        return rises ? Ascending : falls ? Descending : Unordered;
    }
}
