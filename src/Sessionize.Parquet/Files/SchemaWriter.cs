using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Files;

/// <summary>Writes the columns' names, types and ids into the footer.</summary>
internal static class SchemaWriter
{
    /// <summary>The name of the root, and of the group and the values in a list: what Iceberg and the format's rules for lists say.</summary>
    private const string Root = "table";

    private const string Repeated = "list";
    private const string Element = "element";
    private const int UuidBytes = 16;

    private enum Repetition
    {
        Required = 0,
        Optional = 1,
        Repeated = 2,
    }

    // What readers know that are older than the logical types.
    private enum ConvertedType
    {
        Utf8 = 0,
        List = 3,
        Date = 6,
        TimestampMicros = 10,
    }

    public static void Write(ThriftWriter thrift, int fieldId, SessionParquetSchema schema)
    {
        thrift.BeginList(fieldId, ThriftWriter.ElementType.Structure, 1 + schema.Columns.Sum(column => column.IsList ? 3 : 1));
        BeginGroup(thrift, Root, repetition: null, schema.Columns.Count);
        thrift.EndStructure();
        foreach (SessionParquetColumn column in schema.Columns)
        {
            if (column.IsList)
            {
                WriteList(thrift, column);
            }
            else
            {
                WriteLeaf(thrift, column, column.Name, column.IsRequired);
            }
        }
    }

    /// <summary>The names from the root to a column's values.</summary>
    public static string[] PathOf(SessionParquetColumn column) => column.IsList ? [column.Name, Repeated, Element] : [column.Name];

    private static void WriteList(ThriftWriter thrift, SessionParquetColumn column)
    {
        BeginGroup(thrift, column.Name, column.IsRequired ? Repetition.Required : Repetition.Optional, children: 1);
        thrift.Int32(6, (int)ConvertedType.List);
        WriteFieldId(thrift, column.FieldId);
        thrift.BeginStructure(10);
        thrift.EmptyStructure(3);
        thrift.EndStructure();
        thrift.EndStructure();
        BeginGroup(thrift, Repeated, Repetition.Repeated, children: 1);
        thrift.EndStructure();
        WriteLeaf(thrift, column, Element, column.IsElementRequired);
    }

    private static void BeginGroup(ThriftWriter thrift, string name, Repetition? repetition, int children)
    {
        thrift.BeginElement();
        if (repetition is not null)
        {
            thrift.Int32(3, (int)repetition);
        }

        thrift.Text(4, name);
        thrift.Int32(5, children);
    }

    private static void WriteLeaf(ThriftWriter thrift, SessionParquetColumn column, string name, bool isRequired)
    {
        thrift.BeginElement();
        thrift.Int32(1, (int)column.Type);
        if (column.ValueType == SessionValueType.Uuid)
        {
            thrift.Int32(2, UuidBytes);
        }

        thrift.Int32(3, (int)(isRequired ? Repetition.Required : Repetition.Optional));
        thrift.Text(4, name);
        if (column.Type == PhysicalType.ByteArray)
        {
            thrift.Int32(6, (int)ConvertedType.Utf8);
            WriteFieldId(thrift, column.LeafFieldId);
            thrift.BeginStructure(10);
            thrift.EmptyStructure(1);
            thrift.EndStructure();
        }
        else if (column.ValueType == SessionValueType.Date)
        {
            thrift.Int32(6, (int)ConvertedType.Date);
            WriteFieldId(thrift, column.LeafFieldId);
            thrift.BeginStructure(10);
            thrift.EmptyStructure(6);
            thrift.EndStructure();
        }
        else if (column.ValueType == SessionValueType.Uuid)
        {
            WriteFieldId(thrift, column.LeafFieldId);
            thrift.BeginStructure(10);
            thrift.EmptyStructure(14);
            thrift.EndStructure();
        }
        else if (column.IsTimestamp)
        {
            // The format's rules want the old annotation of times without a zone, too.
            thrift.Int32(6, (int)ConvertedType.TimestampMicros);
            WriteFieldId(thrift, column.LeafFieldId);
            thrift.BeginStructure(10);
            thrift.BeginStructure(8);
            thrift.Boolean(1, column.ValueType == SessionValueType.TimestampTz);
            thrift.BeginStructure(2);
            thrift.EmptyStructure(2);
            thrift.EndStructure();
            thrift.EndStructure();
            thrift.EndStructure();
        }
        else
        {
            WriteFieldId(thrift, column.LeafFieldId);
        }

        thrift.EndStructure();
    }

    private static void WriteFieldId(ThriftWriter thrift, int? id)
    {
        if (id is not null)
        {
            thrift.Int32(9, id.Value);
        }
    }
}
