using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Snapshots, and the branches and tags that name them, as JSON (Iceberg spec, appendix C).</summary>
internal static class SnapshotJson
{
    /// <summary>Reads the snapshot at the reader.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="keys">The keys of the summary read before, which are mostly the same; updated.</param>
    public static Snapshot Read(ref MetadataJsonReader json, List<string> keys)
    {
        json.Object("snapshots");
        long? id = null;
        long? parent = null;
        long sequenceNumber = 0;
        long? timestamp = null;
        string? list = null;
        List<string> manifests = [];
        Dictionary<string, string>? summary = null;
        int? schema = null;
        Dictionary<string, JsonElement>? others = null;
        while (json.NextName())
        {
            if (json.IsName("snapshot-id"u8))
            {
                id = json.ValueLong("snapshots.snapshot-id");
            }
            else if (json.IsName("parent-snapshot-id"u8))
            {
                parent = json.ValueOrNull() ? json.Long("snapshots.parent-snapshot-id") : null;
            }
            else if (json.IsName("sequence-number"u8))
            {
                sequenceNumber = json.ValueOrNull() ? json.Long("snapshots.sequence-number") : 0;
            }
            else if (json.IsName("timestamp-ms"u8))
            {
                timestamp = json.ValueLong("snapshots.timestamp-ms");
            }
            else if (json.IsName("summary"u8))
            {
                summary = json.ValueOrNull() ? ReadSummary(ref json, keys) : null;
            }
            else if (json.IsName("manifest-list"u8))
            {
                list = json.ValueOrNull() ? json.Text("snapshots.manifest-list") : null;
            }
            else if (json.IsName("manifests"u8))
            {
                json.Value();
                json.Array("snapshots.manifests");
                while (json.NextItem())
                {
                    manifests.Add(json.Text("snapshots.manifests"));
                }
            }
            else if (json.IsName("schema-id"u8))
            {
                schema = json.ValueOrNull() ? json.Int("snapshots.schema-id") : null;
            }
            else
            {
                others ??= [];
                string name = json.Name();
                others[name] = json.KeepValue();
            }
        }

        Snapshot snapshot = new()
        {
            Id = id ?? throw json.Missing("snapshots.snapshot-id"),
            ParentId = parent,
            SequenceNumber = sequenceNumber,
            TimestampMs = timestamp ?? throw json.Missing("snapshots.timestamp-ms"),
            ManifestList = list,
            Manifests = manifests,
            Summary = summary ?? [],
            SchemaId = schema,
        };
        return others is null ? snapshot : snapshot with { Others = others };
    }

    /// <summary>Writes a snapshot as an object.</summary>
    public static void Write(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartObject();
        if (snapshot.SequenceNumber > 0)
        {
            json.WriteNumber("sequence-number"u8, snapshot.SequenceNumber);
        }

        json.WriteNumber("snapshot-id"u8, snapshot.Id);
        if (snapshot.ParentId is { } parent)
        {
            json.WriteNumber("parent-snapshot-id"u8, parent);
        }

        json.WriteNumber("timestamp-ms"u8, snapshot.TimestampMs);
        if (snapshot.Summary.Count > 0)
        {
            json.WriteStartObject("summary"u8);
            foreach ((string key, string value) in snapshot.Summary)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        if (snapshot.ManifestList is { } list)
        {
            json.WriteString("manifest-list"u8, list);
        }
        else
        {
            json.WriteStartArray("manifests"u8);
            foreach (string manifest in snapshot.Manifests)
            {
                json.WriteStringValue(manifest);
            }

            json.WriteEndArray();
        }

        if (snapshot.SchemaId is { } schema)
        {
            json.WriteNumber("schema-id"u8, schema);
        }

        foreach ((string name, JsonElement value) in snapshot.Others)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the branch or tag at the reader.</summary>
    public static SnapshotRef ReadRef(ref MetadataJsonReader json)
    {
        json.Object("refs");
        long? snapshot = null;
        string? type = null;
        int? least = null;
        long? snapshotAge = null;
        long? refAge = null;
        while (json.NextName())
        {
            if (json.IsName("snapshot-id"u8))
            {
                snapshot = json.ValueLong("refs.snapshot-id");
            }
            else if (json.IsName("type"u8))
            {
                type = json.ValueText("refs.type");
            }
            else if (json.IsName("min-snapshots-to-keep"u8))
            {
                least = json.ValueOrNull() ? json.Int("refs.min-snapshots-to-keep") : null;
            }
            else if (json.IsName("max-snapshot-age-ms"u8))
            {
                snapshotAge = json.ValueOrNull() ? json.Long("refs.max-snapshot-age-ms") : null;
            }
            else if (json.IsName("max-ref-age-ms"u8))
            {
                refAge = json.ValueOrNull() ? json.Long("refs.max-ref-age-ms") : null;
            }
            else
            {
                json.SkipValue();
            }
        }

        bool isBranch = string.Equals(type, "branch", StringComparison.OrdinalIgnoreCase);
        return isBranch || string.Equals(type, "tag", StringComparison.OrdinalIgnoreCase)
            ? new SnapshotRef(snapshot ?? throw json.Missing("refs.snapshot-id"), isBranch)
            {
                MinSnapshotsToKeep = least,
                MaxSnapshotAgeMs = snapshotAge,
                MaxRefAgeMs = refAge,
            }
            : throw json.Damaged("refs.type", "is neither 'branch' nor 'tag'");
    }

    /// <summary>Writes what a branch or tag is into the object that has been begun.</summary>
    public static void WriteRefFields(Utf8JsonWriter json, SnapshotRef target)
    {
        json.WriteNumber("snapshot-id"u8, target.SnapshotId);
        json.WriteString("type"u8, target.IsBranch ? "branch"u8 : "tag"u8);
        if (target.MinSnapshotsToKeep is { } least)
        {
            json.WriteNumber("min-snapshots-to-keep"u8, least);
        }

        if (target.MaxSnapshotAgeMs is { } snapshotAge)
        {
            json.WriteNumber("max-snapshot-age-ms"u8, snapshotAge);
        }

        if (target.MaxRefAgeMs is { } refAge)
        {
            json.WriteNumber("max-ref-age-ms"u8, refAge);
        }
    }

    /// <summary>Reads the entry of a log at the reader.</summary>
    public static (long TimestampMs, long? SnapshotId, string? File) ReadLogEntry(ref MetadataJsonReader json, string field)
    {
        long? time = null;
        long? id = null;
        string? file = null;
        json.Object(field);
        while (json.NextName())
        {
            if (json.IsName("timestamp-ms"u8))
            {
                time = json.ValueLong($"{field}.timestamp-ms");
            }
            else if (json.IsName("snapshot-id"u8))
            {
                id = json.ValueLong($"{field}.snapshot-id");
            }
            else if (json.IsName("metadata-file"u8))
            {
                file = json.ValueText($"{field}.metadata-file");
            }
            else
            {
                json.SkipValue();
            }
        }

        return (time ?? throw json.Missing($"{field}.timestamp-ms"), id, file);
    }

    private static Dictionary<string, string> ReadSummary(ref MetadataJsonReader json, List<string> keys)
    {
        json.Object("snapshots.summary");
        Dictionary<string, string> summary = new(keys.Count, StringComparer.Ordinal);
        for (int index = 0; json.NextName(); index++)
        {
            // Snapshots of one writer have the same keys in the same order: most names need no new text.
            if (index == keys.Count)
            {
                keys.Add(json.Name());
            }
            else if (!json.IsText(keys[index]))
            {
                keys[index] = json.Name();
            }

            summary[keys[index]] = json.ValueText("snapshots.summary");
        }

        return summary;
    }
}
