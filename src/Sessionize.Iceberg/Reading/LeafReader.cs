using Parquet;
using Parquet.File.Values.Primitives;
using Parquet.Meta;
using Parquet.Schema;
using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet.Events;
using Field = Parquet.Schema.Field;
using StoredType = Parquet.Meta.Type;

namespace Sessionize.Iceberg.Reading;

/// <summary>Reads a column of a Parquet file that holds values, not groups, as values of a type of Iceberg.</summary>
/// <remarks>The library decodes what is stored; what that means is decided here, for it knows neither field ids nor all types of times.</remarks>
internal abstract class LeafReader
{
    private readonly SchemaNode? _repeated;

    private protected LeafReader(SchemaNode node, System.Type stored)
    {
        Node = node;
        _repeated = RepeatedStep(node);
        Levels = node.OptionalSteps;
        Field = MakeField(node, stored, _repeated is not null);
    }

    /// <summary>The column in the file.</summary>
    public SchemaNode Node { get; }

    /// <summary>The definition level of a value that is there.</summary>
    protected int Levels { get; }

    /// <summary>The column as the library names it.</summary>
    protected DataField Field { get; }

    /// <summary>Makes the reader of a column.</summary>
    /// <param name="node">The column in the file.</param>
    /// <param name="type">What its values are in the table.</param>
    /// <exception cref="InvalidDataException">The file stores something else.</exception>
    public static LeafReader Create(SchemaNode node, PrimitiveType type)
    {
        SchemaElement element = node.Element;
        return (type.Kind, node.IsGroup ? null : element.Type) switch
        {
            (PrimitiveKind.Boolean, StoredType.BOOLEAN) => new LeafReader<bool>(node, value => value),
            (PrimitiveKind.Int, StoredType.INT32) => new LeafReader<int>(node, value => value),
            (PrimitiveKind.Long, StoredType.INT32) => new LeafReader<int>(
                node, IsUnsigned(element) ? value => (long)(uint)value : value => (long)value),
            (PrimitiveKind.Long, StoredType.INT64) => new LeafReader<long>(node, value => value),
            (PrimitiveKind.Float, StoredType.FLOAT) => new LeafReader<float>(node, value => value),
            (PrimitiveKind.Double, StoredType.FLOAT) => new LeafReader<float>(node, value => (double)value),
            (PrimitiveKind.Double, StoredType.DOUBLE) => new LeafReader<double>(node, value => value),
            (PrimitiveKind.Decimal, StoredType.INT32) when HasScale(element, type) => new LeafReader<int>(node, value => (Int128)value),
            (PrimitiveKind.Decimal, StoredType.INT64) when HasScale(element, type) => new LeafReader<long>(node, value => (Int128)value),
            (PrimitiveKind.Decimal, StoredType.BYTE_ARRAY or StoredType.FIXED_LEN_BYTE_ARRAY) when HasScale(element, type) =>
                new LeafReader<ReadOnlyMemory<byte>>(node, value => StoredValues.ReadDecimal(value.Span)),
            (PrimitiveKind.Date, StoredType.INT32) => new LeafReader<int>(node, value => value),
            (PrimitiveKind.Time, StoredType.INT32 or StoredType.INT64) when StoredValues.MicrosecondsOf(element) is { } scale => element.Type == StoredType.INT32
                ? new LeafReader<int>(node, value => scale(value))
                : new LeafReader<long>(node, value => scale(value)),
            (PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz, StoredType.INT64) when StoredValues.MicrosecondsOf(element) is { } scale =>
                new LeafReader<long>(node, value => scale(value)),
            (PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz, StoredType.INT96) => new LeafReader<Interval>(node, value => StoredValues.ReadInt96(value)),
            (PrimitiveKind.String, StoredType.BYTE_ARRAY) => new LeafReader<ReadOnlyMemory<byte>>(node, value => StoredValues.ReadText(value.Span)),
            (PrimitiveKind.Uuid, StoredType.FIXED_LEN_BYTE_ARRAY) when element.TypeLength == 16 =>
                new LeafReader<ReadOnlyMemory<byte>>(node, value => new Guid(value.Span, bigEndian: true)),
            (PrimitiveKind.Fixed, StoredType.FIXED_LEN_BYTE_ARRAY) when element.TypeLength == type.Length => Bytes(node),
            (PrimitiveKind.Binary, StoredType.BYTE_ARRAY or StoredType.FIXED_LEN_BYTE_ARRAY) => Bytes(node),
            _ => throw new InvalidDataException($"it is stored as {node.TypeName}, and the table says {type}"),
        };
    }

    /// <summary>Reads the column of a row group.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public abstract ValueTask<ColumnVector> ReadAsync(ParquetRowGroupReader group, CancellationToken cancellationToken);

    /// <summary>What the footer says of the column in a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="hasOrder">Whether the footer says by which order its bounds are.</param>
    public abstract ValueRange? RangeOf(ParquetRowGroupReader group, bool hasOrder);

    /// <summary>The compressed bytes of the column in a row group.</summary>
    public long BytesIn(ParquetRowGroupReader group) => group.GetMetadata(Field)?.MetaData?.TotalCompressedSize ?? 0;

    /// <summary>Cuts the slots of a list into rows.</summary>
    protected ColumnVector ToRows(ColumnVector slots, int[]? levels, int[]? repetitions, int rows)
    {
        if (_repeated is null)
        {
            return slots;
        }

        int[] starts = new int[rows + 1];
        int row = 0;
        for (int slot = 0; slot < repetitions!.Length; slot++)
        {
            if (repetitions[slot] == 0)
            {
                starts[row < rows ? row : throw new InvalidDataException("it has more rows than it says")] = slot;
                row++;
            }
            else if (slot == 0)
            {
                throw new InvalidDataException("its first list goes on from nothing");
            }
        }

        starts[rows] = row == rows ? repetitions.Length : throw new InvalidDataException("it has fewer rows than it says");
        return new ListVector(slots, starts, levels!, _repeated.Parent!.OptionalSteps, _repeated.OptionalSteps);
    }

    /// <summary>Whether the column holds lists.</summary>
    protected bool IsList => _repeated is not null;

    private static LeafReader<ReadOnlyMemory<byte>> Bytes(SchemaNode node) => new(node, value => new Manifests.BinaryValue(value.ToArray()));

    private static bool IsUnsigned(SchemaElement element) => element.LogicalType?.INTEGER is { } integer
        ? !integer.IsSigned
        : element.ConvertedType is ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32;

    private static bool HasScale(SchemaElement element, PrimitiveType type) => (element.LogicalType?.DECIMAL?.Scale ?? element.Scale ?? 0) == type.Scale;

    private static SchemaNode? RepeatedStep(SchemaNode node)
    {
        SchemaNode? found = null;
        for (SchemaNode? step = node; step?.Parent is not null; step = step.Parent)
        {
            if (step.Element.RepetitionType == FieldRepetitionType.REPEATED)
            {
                found = found is null ? step : throw new InvalidDataException("it holds lists of lists");
            }
        }

        return found;
    }

    /// <summary>Makes the library's column: of the column's path, and with as many levels as the file has.</summary>
    private static DataField MakeField(SchemaNode node, System.Type stored, bool isList)
    {
        IReadOnlyList<string> names = node.Names;
        int groups = Math.Max(node.OptionalSteps - 1, 0);
        DataField field = new(names[groups], stored, isNullable: !isList && node.OptionalSteps > 0, isArray: isList);

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
