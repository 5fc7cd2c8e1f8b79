using System.Collections.Frozen;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Reads manifest lists, of both versions and of any writer.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal static class ManifestListReader
{
    private static readonly FrozenDictionary<string, int> s_names = new Dictionary<string, int>
    {
        ["manifest_path"] = 500,
        ["manifest_length"] = 501,
        ["partition_spec_id"] = 502,
        ["added_snapshot_id"] = 503,
        ["added_files_count"] = 504,
        ["existing_files_count"] = 505,
        ["deleted_files_count"] = 506,
        ["added_data_files_count"] = 504,
        ["existing_data_files_count"] = 505,
        ["deleted_data_files_count"] = 506,
        ["partitions"] = 507,
        ["added_rows_count"] = 512,
        ["existing_rows_count"] = 513,
        ["deleted_rows_count"] = 514,
        ["sequence_number"] = 515,
        ["min_sequence_number"] = 516,
        ["content"] = 517,
        ["key_metadata"] = 519,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> s_summaryNames = new Dictionary<string, int>
    {
        ["contains_null"] = 509,
        ["lower_bound"] = 510,
        ["upper_bound"] = 511,
        ["contains_nan"] = 518,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a manifest list.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="place">Where it lies, for messages.</param>
    /// <returns>The manifests; sequence numbers of version 1 are 0.</returns>
    /// <exception cref="SessionizeException">It is damaged.</exception>
    public static IReadOnlyList<ManifestFile> Read(ReadOnlyMemory<byte> bytes, string place)
    {
        AvroContainer file = AvroContainer.Open(bytes, place);
        AvroRecordPlan plan = new(file.Schema, s_names);
        foreach (int required in (ReadOnlySpan<int>)[500, 501, 502, 503])
        {
            _ = plan.Find(required) ?? throw AvroContainer.Damaged(place, $"its schema does not have the field {required} of manifest lists");
        }

        AvroRecordPlan? summaryPlan = SummaryPlan(plan.Find(507)?.Type);
        List<ManifestFile> manifests = [];
        file.ReadBlocks((count, ref block) =>
        {
            while (count-- > 0)
            {
                manifests.Add(ReadManifest(ref block, plan, summaryPlan));
            }
        });
        return manifests;
    }

    private static AvroRecordPlan? SummaryPlan(AvroType? partitions)
    {
        AvroType? list = partitions?.Kind == AvroKind.Union ? partitions.Items.FirstOrDefault(branch => branch.Kind == AvroKind.Array) : partitions;
        return list is { Kind: AvroKind.Array } && list.Items[0].Kind == AvroKind.Record ? new AvroRecordPlan(list.Items[0], s_summaryNames) : null;
    }

    private static ManifestFile ReadManifest(ref AvroDecoder block, AvroRecordPlan plan, AvroRecordPlan? summaryPlan)
    {
        Row row = default;
        for (int index = 0; index < plan.Fields.Count; index++)
        {
            AvroType type = plan.Fields[index].Type;
            switch (plan.Ids[index])
            {
                case 500:
                    row.Path = block.OptionalText(type);
                    break;
                case 501:
                    row.Length = block.OptionalLong(type);
                    break;
                case 502:
                    row.SpecId = block.OptionalInt(type);
                    break;
                case 503:
                    row.SnapshotId = block.OptionalLong(type);
                    break;
                case 504:
                    row.AddedFiles = block.OptionalInt(type);
                    break;
                case 505:
                    row.ExistingFiles = block.OptionalInt(type);
                    break;
                case 506:
                    row.DeletedFiles = block.OptionalInt(type);
                    break;
                case 507:
                    row.Partitions = ReadSummaries(ref block, type, summaryPlan);
                    break;
                case 512:
                    row.AddedRows = block.OptionalLong(type);
                    break;
                case 513:
                    row.ExistingRows = block.OptionalLong(type);
                    break;
                case 514:
                    row.DeletedRows = block.OptionalLong(type);
                    break;
                case 515:
                    row.SequenceNumber = block.OptionalLong(type);
                    break;
                case 516:
                    row.MinSequenceNumber = block.OptionalLong(type);
                    break;
                case 517:
                    row.Content = block.OptionalInt(type);
                    break;
                case 519:
                    row.KeyMetadata = block.OptionalBytes(type);
                    break;
                default:
                    block.Skip(type);
                    break;
            }
        }

        return row.ToManifest(ref block);
    }

    private static List<FieldSummary>? ReadSummaries(ref AvroDecoder block, AvroType type, AvroRecordPlan? plan)
    {
        AvroType branch = block.Branch(type);
        if (branch.Kind == AvroKind.Null)
        {
            return null;
        }

        if (branch.Kind != AvroKind.Array || plan is null)
        {
            throw block.Unexpected(branch.Kind);
        }

        List<FieldSummary> summaries = [];
        for (int count = block.BlockCount(); count != 0; count = block.BlockCount())
        {
            while (count-- > 0)
            {
                int start = block.Position;
                summaries.Add(ReadSummary(ref block, plan));
                if (block.Position == start)
                {
                    throw block.Damaged("it has summaries without bytes");
                }
            }
        }

        return summaries;
    }

    private static FieldSummary ReadSummary(ref AvroDecoder block, AvroRecordPlan plan)
    {
        bool? hasNull = null;
        bool? hasNan = null;
        byte[]? lower = null;
        byte[]? upper = null;
        for (int index = 0; index < plan.Fields.Count; index++)
        {
            AvroType type = plan.Fields[index].Type;
            switch (plan.Ids[index])
            {
                case 509:
                    hasNull = block.OptionalBoolean(type);
                    break;
                case 518:
                    hasNan = block.OptionalBoolean(type);
                    break;
                case 510:
                    lower = block.OptionalBytes(type);
                    break;
                case 511:
                    upper = block.OptionalBytes(type);
                    break;
                default:
                    block.Skip(type);
                    break;
            }
        }

        // Without a word about nulls, there may be some.
        return new FieldSummary(hasNull ?? true, hasNan, lower, upper);
    }

    private struct Row
    {
        public string? Path { get; set; }

        public long? Length { get; set; }

        public int? SpecId { get; set; }

        public long? SnapshotId { get; set; }

        public int? AddedFiles { get; set; }

        public int? ExistingFiles { get; set; }

        public int? DeletedFiles { get; set; }

        public long? AddedRows { get; set; }

        public long? ExistingRows { get; set; }

        public long? DeletedRows { get; set; }

        public long? SequenceNumber { get; set; }

        public long? MinSequenceNumber { get; set; }

        public int? Content { get; set; }

        public byte[]? KeyMetadata { get; set; }

        public List<FieldSummary>? Partitions { get; set; }

        public readonly ManifestFile ToManifest(ref AvroDecoder block) => new()
        {
            Path = Path ?? throw block.Damaged("a manifest has no path"),
            Length = Length ?? throw block.Damaged($"the manifest {Path} has no length"),
            SpecId = SpecId ?? throw block.Damaged($"the manifest {Path} has no partition spec"),
            AddedSnapshotId = SnapshotId ?? throw block.Damaged($"the manifest {Path} has no snapshot"),
            Content = Content switch
            {
                null or 0 => ManifestContent.Data,
                1 => ManifestContent.Deletes,
                _ => throw block.Damaged($"the manifest {Path} has the content {Content}"),
            },
            SequenceNumber = SequenceNumber ?? 0,
            MinSequenceNumber = MinSequenceNumber ?? 0,
            AddedFilesCount = AddedFiles,
            ExistingFilesCount = ExistingFiles,
            DeletedFilesCount = DeletedFiles,
            AddedRowsCount = AddedRows,
            ExistingRowsCount = ExistingRows,
            DeletedRowsCount = DeletedRows,
            Partitions = Partitions,
            KeyMetadata = KeyMetadata,
        };
    }
}
