using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Metadata;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>Tables partitioned in all ways, and entries of their manifests, each of a number.</summary>
internal sealed class RandomManifests
{
    private static readonly PrimitiveType[] s_types =
    [
        .. Enum.GetValues<PrimitiveKind>().Where(kind => kind is not (PrimitiveKind.Decimal or PrimitiveKind.Fixed)).Select(kind => new PrimitiveType(kind)),
        new(PrimitiveKind.Decimal) { Precision = 9, Scale = 2 },
        new(PrimitiveKind.Decimal) { Precision = 38, Scale = 10 },
        new(PrimitiveKind.Fixed) { Length = 5 },
    ];

    private readonly Random _random;
    private readonly RandomTables _texts;

    /// <summary>Makes a table.</summary>
    /// <param name="seed">The number.</param>
    /// <param name="version">The table's format version.</param>
    public RandomManifests(int seed, int version)
    {
        _random = new Random(seed);
        _texts = new RandomTables(seed);
        IcebergSchema columns = new(0, [.. s_types.Select((type, index) => new IcebergField(index + 1, $"c{index}", type))]);
        PartitionField[] fields =
        [
            .. Enumerable.Range(0, _random.Next(6)).Select(index => new PartitionField(
                _random.Next(s_types.Length) + 1, 0, _texts.Text() + $"{index}", new Transform(_random.Next(5) == 0 ? TransformKind.Void : TransformKind.Identity))),
        ];
        TableCreation creation = new(columns, new PartitionSpec(0, fields), SortOrder.Unsorted, new Dictionary<string, string>());
        Table = TableMetadataChanges.Create(creation, "/t", "u", 1) with { FormatVersion = version };
    }

    /// <summary>The table.</summary>
    public TableMetadata Table { get; }

    /// <summary>The types of partition values.</summary>
    public PrimitiveType[] Types => [.. PartitionTypes.Of(Table.DefaultSpec, Table).Select(type => type!)];

    /// <summary>Entries as a reader gives them: with all numbers.</summary>
    public ManifestEntry[] Entries(int count, long snapshotId, long sequenceNumber) => [.. Enumerable.Range(0, count).Select(_ => NextEntry(snapshotId, sequenceNumber))];

    private ManifestEntry NextEntry(long snapshotId, long sequenceNumber)
    {
        EntryStatus status = (EntryStatus)_random.Next(3);
        long earlier = Table.FormatVersion == 1 ? 0 : _random.Next(1, 5);
        return status == EntryStatus.Added
            ? new ManifestEntry(status, snapshotId, Table.FormatVersion > 1 && _random.Next(3) == 0 ? earlier : sequenceNumber, sequenceNumber, NextFile())
            : new ManifestEntry(status, status == EntryStatus.Deleted ? snapshotId : _random.NextInt64(), earlier, earlier, NextFile());
    }

    private DataFile NextFile() => new()
    {
        FilePath = _texts.Text(),
        FileFormat = _random.Next(5) == 0 ? "AVRO" : "PARQUET",
        SpecId = 0,
        Partition = Table.DefaultSpec.Fields.Count == 0 ? PartitionKey.None : new PartitionKey([.. Table.DefaultSpec.Fields.Zip(Types).Select(NextValue)]),
        RecordCount = _random.Next(1000),
        FileSizeInBytes = _random.NextInt64(),
        ColumnSizes = Numbers(),
        ValueCounts = Numbers(),
        NullValueCounts = Numbers(),
        NanValueCounts = Numbers(),
        LowerBounds = Bounds(),
        UpperBounds = Bounds(),
        KeyMetadata = _random.Next(4) == 0 ? Bytes(_random.Next(9)) : null,
        SplitOffsets = _random.Next(3) == 0 ? null : [.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.NextInt64())],
        EqualityIds = Table.FormatVersion > 1 && _random.Next(4) == 0 ? [1, 2, 3] : null,
        SortOrderId = _random.Next(3) == 0 ? null : _random.Next(),
        ReferencedDataFile = Table.FormatVersion > 1 && _random.Next(4) == 0 ? _texts.Text() : null,
    };

    private object? NextValue((PartitionField Field, PrimitiveType Type) of) => of.Field.Transform.Kind == TransformKind.Void || _random.Next(4) == 0
        ? null
        : of.Type.Kind switch
        {
            PrimitiveKind.Boolean => _random.Next(2) == 0,
            PrimitiveKind.Int or PrimitiveKind.Date => _random.Next(int.MinValue, int.MaxValue),
            PrimitiveKind.Float => _random.Next(5) == 0 ? float.NaN : _random.NextSingle() - 0.5f,
            PrimitiveKind.Double => _random.Next(5) == 0 ? double.NaN : _random.NextDouble() - 0.5,
            PrimitiveKind.String => _texts.Text(),
            PrimitiveKind.Uuid => new Guid(Bytes(16)),
            PrimitiveKind.Fixed => new BinaryValue(Bytes(of.Type.Length)),
            PrimitiveKind.Binary => new BinaryValue(Bytes(_random.Next(9))),
            PrimitiveKind.Decimal => (Int128)_random.Next(-999_999_999, 999_999_999) * (of.Type.Precision == 38 ? (Int128)10_000_000_000_000_000_000 : 1),
            _ => _random.NextInt64(long.MinValue, long.MaxValue),
        };

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private Dictionary<int, long>? Numbers() => _random.Next(4) == 0 ? null : Keys().ToDictionary(key => key, _ => _random.NextInt64());

    private Dictionary<int, byte[]>? Bounds() => _random.Next(4) == 0 ? null : Keys().ToDictionary(key => key, _ => Bytes(_random.Next(9)));

    private IEnumerable<int> Keys()
    {
        int[] keys = [.. Enumerable.Range(1, _random.Next(5))];
        if (_random.Next(3) == 0)
        {
            _random.Shuffle(keys);
        }

        return keys;
    }
}
