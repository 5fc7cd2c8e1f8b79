using Parquet;
using Parquet.File.Values.Primitives;
using Parquet.Meta;
using Parquet.Schema;
using StoredType = Parquet.Meta.Type;

namespace Sessionize.Parquet.Events;

/// <summary>A column that is read.</summary>
/// <remarks>
/// The library's own idea of a column is not used: it makes UTF-16 of texts, by which it mistakes prefixes in DELTA_BYTE_ARRAY, and times of a
/// tick of 100 ns. Read are the stored values.
/// </remarks>
internal sealed class EventColumn
{
    private EventColumn(SchemaNode node, StoredKind kind)
    {
        (Path, Kind, Levels) = (node.Path, kind, node.OptionalSteps);
        Field = MakeField(node, kind);
    }

    /// <summary>The names to the column, joined by dots.</summary>
    public string Path { get; }

    public StoredKind Kind { get; }

    /// <summary>The definition level of a value that is there.</summary>
    public int Levels { get; }

    public DataField Field { get; }

    /// <summary>The values of the column, or <see langword="null"/> where they are of a type that is not read at all.</summary>
    public static EventColumn? TryMake(SchemaNode node) => !node.IsWithinList && KindOf(node) is { } kind ? new EventColumn(node, kind) : null;

    private static StoredKind? KindOf(SchemaNode node)
    {
        SchemaElement element = node.Element;
        LogicalType? logical = element.LogicalType;
        ConvertedType? converted = element.ConvertedType;
        return element.Type switch
        {
            _ when node.IsGroup => null,
            StoredType.BYTE_ARRAY when logical is { STRING: not null } or { ENUM: not null } or { JSON: not null }
                || converted is ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON
                || IsPlain(element) => StoredKind.Text,
            StoredType.FIXED_LEN_BYTE_ARRAY when logical is { UUID: not null } && element.TypeLength == 16 => StoredKind.Uuid,
            StoredType.INT96 when IsPlain(element) => StoredKind.JulianNanoseconds,
            StoredType.INT32 when IsInteger(element) => IsUnsigned(element) ? StoredKind.UInt32 : StoredKind.Int32,
            StoredType.INT64 when IsInteger(element) => IsUnsigned(element) ? StoredKind.UInt64 : StoredKind.Int64,
            StoredType.INT64 when logical?.TIMESTAMP?.Unit is { NANOS: not null } => StoredKind.Nanoseconds,
            StoredType.INT64 when logical?.TIMESTAMP?.Unit is { MICROS: not null } || converted is ConvertedType.TIMESTAMP_MICROS => StoredKind.Microseconds,
            StoredType.INT64 when logical?.TIMESTAMP?.Unit is { MILLIS: not null } || converted is ConvertedType.TIMESTAMP_MILLIS => StoredKind.Milliseconds,
            _ => null,
        };
    }

    private static bool IsPlain(SchemaElement element) => element.LogicalType is null && element.ConvertedType is null;

    private static bool IsInteger(SchemaElement element) => IsPlain(element) || element.LogicalType is { INTEGER: not null }
        || (element.LogicalType is null && element.ConvertedType is >= ConvertedType.UINT_8 and <= ConvertedType.INT_64);

    private static bool IsUnsigned(SchemaElement element) => element.LogicalType?.INTEGER is { } integer
        ? !integer.IsSigned
        : element.ConvertedType is ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32 or ConvertedType.UINT_64;

    /// <summary>Makes the library's column: of the column's path, and with as many levels as the file has.</summary>
    private static DataField MakeField(SchemaNode node, StoredKind kind)
    {
        System.Type type = kind switch
        {
            StoredKind.Text or StoredKind.Uuid => typeof(ReadOnlyMemory<byte>),
            StoredKind.Int32 or StoredKind.UInt32 => typeof(int),

            // Three numbers of 32 bits, as they are stored; as a time they would lose what is below 100 ns.
            StoredKind.JulianNanoseconds => typeof(Interval),
            _ => typeof(long),
        };
        IReadOnlyList<string> names = node.Names;
        int groups = Math.Max(node.OptionalSteps - 1, 0);
        DataField field = new(names[groups], type, isNullable: node.OptionalSteps > 0);

        // A group of the library may always be null and so has a level. Groups that have none are only appended to the path.
        Field top = field;
        for (int group = groups - 1; group >= 0; group--)
        {
            top = new StructField(names[group], top);
        }

        // The schema counts the levels.
        _ = new ParquetSchema(top);
        foreach (string name in names.Skip(groups + 1))
        {
            field.Path.Append(name);
        }

        return field;
    }
}
