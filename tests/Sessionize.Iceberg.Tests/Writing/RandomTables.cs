using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Tables of random shape that sessions can be written to.</summary>
internal static class RandomTables
{
    /// <summary>Some columns of sessions, some of other types than a new table has, in any order; and some that sessions do not have.</summary>
    public static IcebergSchema Schema(Random random, bool hasUuids)
    {
        List<IcebergField> fields = [];
        foreach (IcebergField field in SessionTableSchema.New().Fields.Where(field => field.Name is "uuid" or "session_id" || random.Next(5) > 0))
        {
            bool isOther = random.Next(3) == 0;
            PrimitiveKind? kind = (field.Name, (field.Type as PrimitiveType)?.Kind) switch
            {
                ("uuid", _) => hasUuids ? PrimitiveKind.Uuid : null,
                ("session_date", _) when isOther => PrimitiveKind.Date,
                (_, PrimitiveKind.Int) when isOther => PrimitiveKind.Long,
                (_, PrimitiveKind.Double) when isOther => PrimitiveKind.Float,
                (_, PrimitiveKind.TimestampTz) when isOther => PrimitiveKind.Timestamp,
                _ => null,
            };
            bool mayBeRequired = field.Name is not ("entry_page" or "exit_page");
            IcebergType type = kind is { } other ? new PrimitiveType(other) : field.Type is ListType list ? list with { IsElementRequired = random.Next(2) == 0 } : field.Type;
            fields.Add(field with { Type = type, IsRequired = mayBeRequired && random.Next(4) == 0 });
        }

        fields.Add(new IcebergField(90, "country", new PrimitiveType(PrimitiveKind.String)));
        fields.Add(new IcebergField(91, "received", new PrimitiveType(PrimitiveKind.TimestampTz)));
        IcebergField[] shuffled = [.. fields];
        random.Shuffle(shuffled);
        return new IcebergSchema(0, shuffled);
    }

    /// <summary>Up to three fields of any transform that the columns take.</summary>
    public static PartitionSpec Spec(Random random, IcebergSchema schema) => new(0, [.. Enumerable.Range(0, random.Next(4)).Select(i =>
    {
        (int source, Transform transform) = Term(random, schema);
        return new PartitionField(source, 1000 + i, $"part {i}/ü", transform);
    })]);

    /// <summary>Up to three fields, in either direction.</summary>
    public static SortOrder Order(Random random, IcebergSchema schema)
    {
        SortField[] fields = [.. Enumerable.Range(0, random.Next(4)).Select(_ =>
        {
            (int source, Transform transform) = Term(random, schema);
            return new SortField(source, transform, random.Next(2) == 0, random.Next(2) == 0);
        })];
        return fields.Length == 0 ? SortOrder.Unsorted : new SortOrder(1, fields);
    }

    private static (int Source, Transform Transform) Term(Random random, IcebergSchema schema)
    {
        while (true)
        {
            IcebergField field = schema.Fields[random.Next(schema.Fields.Count)];
            TransformKind kind = (TransformKind)random.Next((int)TransformKind.Unknown);
            Transform transform = kind switch
            {
                TransformKind.Bucket => new Transform(kind, random.Next(1, 20)),
                TransformKind.Truncate => new Transform(kind, random.Next(1, 100)),
                _ => new Transform(kind),
            };
            if (field.Type is PrimitiveType && TransformValues.Supports(transform, field.Type))
            {
                return (field.Id, transform);
            }
        }
    }
}
