using System.Text.Json;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Collects the parts of a metadata file, whose order is free, and puts them together.</summary>
/// <param name="version">The format version.</param>
/// <param name="place">Where the file lies, for messages.</param>
internal sealed class TableMetadataParts(int version, string place)
{
    private readonly Dictionary<string, JsonElement> _others = [];
    private readonly Dictionary<string, SnapshotRef> _refs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _properties = new(StringComparer.Ordinal);
    private readonly List<Snapshot> _snapshots = [];
    private readonly List<string> _summaryKeys = [];
    private readonly List<SnapshotLogEntry> _snapshotLog = [];
    private readonly List<MetadataLogEntry> _metadataLog = [];
    private string? _uuid;
    private string? _location;
    private long? _lastSequenceNumber;
    private long? _lastUpdated;
    private int? _lastColumn;
    private IcebergSchema? _schema;
    private List<IcebergSchema>? _schemas;
    private int? _currentSchema;
    private IReadOnlyList<PartitionField>? _spec;
    private List<PartitionSpec>? _specs;
    private int? _defaultSpec;
    private int? _lastPartition;
    private List<SortOrder>? _orders;
    private int? _defaultOrder;
    private long? _currentSnapshot;

    /// <summary>Reads the object at the reader.</summary>
    public TableMetadata Read(ref MetadataJsonReader json)
    {
        json.Object("the table");
        while (json.NextName())
        {
            if (!ReadNumber(ref json) && !ReadList(ref json))
            {
                string name = json.Name();
                _others[name] = json.KeepValue();
            }
        }

        return Build();
    }

    private bool ReadNumber(ref MetadataJsonReader json)
    {
        if (json.IsName("format-version"u8))
        {
            json.SkipValue();
        }
        else if (json.IsName("table-uuid"u8))
        {
            _uuid = json.ValueOrNull() ? json.Text("table-uuid") : null;
        }
        else if (json.IsName("location"u8))
        {
            _location = json.ValueText("location");
        }
        else if (json.IsName("last-sequence-number"u8))
        {
            _lastSequenceNumber = json.ValueLong("last-sequence-number");
        }
        else if (json.IsName("last-updated-ms"u8))
        {
            _lastUpdated = json.ValueLong("last-updated-ms");
        }
        else if (json.IsName("last-column-id"u8))
        {
            _lastColumn = json.ValueInt("last-column-id");
        }
        else if (json.IsName("current-schema-id"u8))
        {
            _currentSchema = json.ValueOrNull() ? json.Int("current-schema-id") : null;
        }
        else if (json.IsName("default-spec-id"u8))
        {
            _defaultSpec = json.ValueOrNull() ? json.Int("default-spec-id") : null;
        }
        else if (json.IsName("last-partition-id"u8))
        {
            _lastPartition = json.ValueOrNull() ? json.Int("last-partition-id") : null;
        }
        else if (json.IsName("default-sort-order-id"u8))
        {
            _defaultOrder = json.ValueOrNull() ? json.Int("default-sort-order-id") : null;
        }
        else if (json.IsName("current-snapshot-id"u8))
        {
            _currentSnapshot = json.ValueOrNull() && json.Long("current-snapshot-id") is var id and not -1 ? id : null;
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool ReadList(ref MetadataJsonReader json)
    {
        if (json.IsName("schema"u8))
        {
            if (json.ValueOrNull())
            {
                _schema = SchemaJson.Read(ref json, "schema");
            }
        }
        else if (json.IsName("schemas"u8))
        {
            for (_schemas = Begin<IcebergSchema>(ref json, "schemas"); json.NextItem();)
            {
                _schemas.Add(SchemaJson.Read(ref json, "schemas"));
            }
        }
        else if (json.IsName("partition-spec"u8))
        {
            json.Value();
            _spec = SpecJson.ReadFields(ref json);
        }
        else if (json.IsName("partition-specs"u8))
        {
            for (_specs = Begin<PartitionSpec>(ref json, "partition-specs"); json.NextItem();)
            {
                _specs.Add(SpecJson.Read(ref json));
            }
        }
        else if (json.IsName("sort-orders"u8))
        {
            for (_orders = Begin<SortOrder>(ref json, "sort-orders"); json.NextItem();)
            {
                _orders.Add(SortOrderJson.Read(ref json));
            }
        }
        else
        {
            return ReadHistory(ref json);
        }

        return true;
    }

    private bool ReadHistory(ref MetadataJsonReader json)
    {
        if (json.IsName("properties"u8))
        {
            for (BeginObject(ref json, "properties"); json.NextName();)
            {
                string name = json.Name();
                _properties[name] = json.ValueText($"properties.{name}");
            }
        }
        else if (json.IsName("refs"u8))
        {
            for (BeginObject(ref json, "refs"); json.NextName();)
            {
                string name = json.Name();
                json.Value();
                _refs[name] = SnapshotJson.ReadRef(ref json);
            }
        }
        else if (json.IsName("snapshots"u8))
        {
            for (Begin<Snapshot>(ref json, "snapshots"); json.NextItem();)
            {
                _snapshots.Add(SnapshotJson.Read(ref json, _summaryKeys));
            }
        }
        else if (json.IsName("snapshot-log"u8))
        {
            for (Begin<SnapshotLogEntry>(ref json, "snapshot-log"); json.NextItem();)
            {
                (long time, long? id, _) = SnapshotJson.ReadLogEntry(ref json, "snapshot-log");
                _snapshotLog.Add(new SnapshotLogEntry(time, id ?? throw json.Missing("snapshot-log.snapshot-id")));
            }
        }
        else if (json.IsName("metadata-log"u8))
        {
            for (Begin<MetadataLogEntry>(ref json, "metadata-log"); json.NextItem();)
            {
                (long time, _, string? file) = SnapshotJson.ReadLogEntry(ref json, "metadata-log");
                _metadataLog.Add(new MetadataLogEntry(time, file ?? throw json.Missing("metadata-log.metadata-file")));
            }
        }
        else
        {
            return false;
        }

        return true;
    }

    private static List<T> Begin<T>(ref MetadataJsonReader json, string field)
    {
        json.Value();
        json.Array(field);
        return [];
    }

    private static void BeginObject(ref MetadataJsonReader json, string field)
    {
        json.Value();
        json.Object(field);
    }

    private TableMetadata Build()
    {
        string location = _location ?? throw Missing("location");
        FillSchemas();
        FillSpecsAndOrders();
        if (_currentSnapshot is { } current && !_refs.ContainsKey(SnapshotRef.Main))
        {
            _refs[SnapshotRef.Main] = new SnapshotRef(current, IsBranch: true);
        }

        TableMetadata table = new()
        {
            FormatVersion = version,
            TableUuid = _uuid ?? (version == 1 ? TableMetadataJson.UuidOf(location) : throw Missing("table-uuid")),
            Location = location,
            LastSequenceNumber = version == 1 ? 0 : _lastSequenceNumber ?? throw Missing("last-sequence-number"),
            LastUpdatedMs = _lastUpdated ?? throw Missing("last-updated-ms"),
            LastColumnId = _lastColumn ?? throw Missing("last-column-id"),
            Schemas = _schemas!,
            CurrentSchemaId = _currentSchema!.Value,
            PartitionSpecs = _specs!,
            DefaultSpecId = _defaultSpec!.Value,
            LastPartitionId = _lastPartition!.Value,
            SortOrders = _orders!,
            DefaultSortOrderId = _defaultOrder!.Value,
            Properties = _properties,
            CurrentSnapshotId = _currentSnapshot,
            Snapshots = _snapshots,
            SnapshotLog = _snapshotLog,
            MetadataLog = _metadataLog,
            Refs = _refs,
            Others = _others,
        };
        TableMetadataRules.Check(table, place);
        return table;
    }

    private void FillSchemas()
    {
        if (_schemas is null)
        {
            _schemas = [_schema is not null && version == 1 ? _schema : throw Missing(version == 1 ? "schema" : "schemas")];
            _currentSchema = _schemas[0].Id;
        }

        _ = _currentSchema ?? throw Missing("current-schema-id");
    }

    private void FillSpecsAndOrders()
    {
        if (_specs is null)
        {
            _specs = [new PartitionSpec(0, _spec is not null && version == 1 ? _spec : throw Missing(version == 1 ? "partition-spec" : "partition-specs"))];
            _defaultSpec = 0;
        }

        if (_orders is null && version == 1)
        {
            _orders = [SortOrder.Unsorted];
            _defaultOrder = 0;
        }

        if (version == 1)
        {
            _lastPartition ??= _specs.SelectMany(spec => spec.Fields).Select(field => field.FieldId).DefaultIfEmpty(PartitionSpec.LastIdBeforeFields).Max();
        }

        _ = _lastPartition ?? throw Missing("last-partition-id");
        _ = _defaultSpec ?? throw Missing("default-spec-id");
        _ = _orders ?? throw Missing("sort-orders");
        _ = _defaultOrder ?? throw Missing("default-sort-order-id");
    }

    private SessionizeException Missing(string field) => MetadataJsonReader.Damage(place, field, "is missing");
}
