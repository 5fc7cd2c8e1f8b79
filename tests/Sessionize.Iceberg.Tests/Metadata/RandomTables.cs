using System.Globalization;
using System.Text.Json;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Tests.Metadata;

/// <summary>Tables of all shapes, each of a number.</summary>
internal sealed class RandomTables(int seed)
{
    private static readonly string[] s_letters = ["a", "ß", "用", "😀", "\"", "\\", "/", "\u0001", "\u2028", " ", ".", "<", "+", "null", "0"];

    private readonly Random _random = new(seed);
    private int _lastId;

    /// <summary>A table.</summary>
    public TableMetadata Next()
    {
        int version = _random.Next(1, 3);
        IcebergSchema[] schemas = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(id => NextSchema(id * 2))];
        IcebergSchema current = schemas[_random.Next(schemas.Length)];
        PartitionSpec[] specs = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(id => NextSpec(id + 1, current))];
        SortOrder[] orders = [SortOrder.Unsorted, NextOrder(1, current)];
        Snapshot[] snapshots = [.. Enumerable.Range(0, _random.Next(4)).Select(index => NextSnapshot(index, version))];
        Snapshot? head = snapshots.LastOrDefault();
        return new TableMetadata
        {
            FormatVersion = version,
            TableUuid = Guid.NewGuid().ToString(),
            Location = Text(),
            LastSequenceNumber = version == 1 ? 0 : _random.NextInt64(),
            LastUpdatedMs = _random.NextInt64(),
            LastColumnId = _lastId,
            Schemas = schemas,
            CurrentSchemaId = current.Id,
            PartitionSpecs = specs,
            DefaultSpecId = specs[_random.Next(specs.Length)].Id,
            LastPartitionId = 2000,
            SortOrders = orders,
            DefaultSortOrderId = _random.Next(2),
            Properties = Map(_random.Next(5)),
            CurrentSnapshotId = head?.Id,
            Snapshots = snapshots,
            SnapshotLog = [.. snapshots.Select(snapshot => new SnapshotLogEntry(snapshot.TimestampMs, snapshot.Id))],
            MetadataLog = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new MetadataLogEntry(_random.NextInt64(), Text()))],
            Refs = head is null ? [] : new Dictionary<string, SnapshotRef>
            {
                [SnapshotRef.Main] = new(head.Id, true) { MinSnapshotsToKeep = Maybe(5), MaxSnapshotAgeMs = Maybe(7) },
                [Text() + "t"] = new(snapshots[0].Id, false) { MaxRefAgeMs = Maybe(9) },
            },
            Others = Others(),
        };
    }

    /// <summary>A text with all that JSON and Avro may stumble over.</summary>
    public string Text() => string.Concat(Enumerable.Range(0, _random.Next(1, 6)).Select(_ => s_letters[_random.Next(s_letters.Length)]));

    private int? Maybe(int value) => _random.Next(2) == 0 ? null : value;

    private Dictionary<string, string> Map(int count)
    {
        Dictionary<string, string> map = [];
        for (int index = 0; index < count; index++)
        {
            map[Text() + index.ToString(CultureInfo.InvariantCulture)] = Text();
        }

        return map;
    }

    private Dictionary<string, JsonElement> Others()
    {
        if (_random.Next(2) == 0)
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse("""[{"a":[1,2.5e10,null,true,{"b":"ü"}]}]""");
        return new Dictionary<string, JsonElement> { ["x-" + Text()] = document.RootElement.Clone() };
    }

    private IcebergSchema NextSchema(int id)
    {
        IcebergField[] fields = [new(++_lastId, "first", new PrimitiveType(PrimitiveKind.TimestampTz)), .. Fields(_random.Next(6), 3)];
        return new IcebergSchema(id, fields) { IdentifierFieldIds = _random.Next(3) == 0 ? [fields[0].Id] : [] };
    }

    private IcebergField[] Fields(int count, int depth) =>
    [
        .. Enumerable.Range(0, count).Select(index => new IcebergField(++_lastId, Text() + index.ToString(CultureInfo.InvariantCulture), NextType(depth), _random.Next(2) == 0)
        {
            Doc = _random.Next(3) == 0 ? Text() : null,
        }),
    ];

    private IcebergType NextType(int depth) => (depth > 0 ? _random.Next(8) : 9) switch
    {
        0 => new ListType(++_lastId, NextType(depth - 1), _random.Next(2) == 0),
        1 => new MapType(++_lastId, NextType(depth - 1), ++_lastId, NextType(depth - 1), _random.Next(2) == 0),
        2 => new StructType(Fields(_random.Next(3), depth - 1)),
        3 => new PrimitiveType(PrimitiveKind.Decimal) { Precision = 38, Scale = _random.Next(39) },
        4 => new PrimitiveType(PrimitiveKind.Fixed) { Length = _random.Next(100) },
        _ => new PrimitiveType((PrimitiveKind)_random.Next((int)PrimitiveKind.Decimal)),
    };

    private PartitionSpec NextSpec(int id, IcebergSchema schema) => new(id,
    [
        .. Enumerable.Range(0, _random.Next(3)).Select(index => new PartitionField(
            schema.Fields[0].Id,
            1000 + index,
            Text() + index.ToString(CultureInfo.InvariantCulture),
            _random.Next(3) switch
            {
                0 => new Transform(TransformKind.Bucket, 5),
                1 => new Transform(TransformKind.Void),
                _ => Transform.Parse("zorder[3]"),
            })),
    ]);

    private SortOrder NextOrder(int id, IcebergSchema schema) => new(id,
        [new SortField(schema.Fields[0].Id, new Transform(TransformKind.Day), _random.Next(2) == 0, _random.Next(2) == 0)]);

    private Snapshot NextSnapshot(int index, int version) => new()
    {
        Id = (index + 1) * 1_000_000_007L,
        ParentId = index == 0 ? null : index * 1_000_000_007L,
        SequenceNumber = version == 1 ? 0 : index + 1,
        TimestampMs = _random.NextInt64(),
        ManifestList = version == 1 && _random.Next(2) == 0 ? null : Text(),
        Summary = Map(_random.Next(4)),
        SchemaId = Maybe(index),
        Others = Others(),
    };
}
