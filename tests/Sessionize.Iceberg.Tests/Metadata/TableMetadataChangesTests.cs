using System.Text.Json;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Metadata;

public sealed class TableMetadataChangesTests
{
    private static readonly PrimitiveType s_text = new(PrimitiveKind.String);

    [Fact]
    public void Create_NestedColumns_AreNumberedAsIcebergDoes()
    {
        IcebergSchema schema = new(9,
        [
            new IcebergField(20, "list", new ListType(5, new StructType([new IcebergField(7, "x", s_text), new IcebergField(8, "y", new ListType(9, s_text, false))]), true)),
            new IcebergField(3, "map", new MapType(30, s_text, 31, new StructType([new IcebergField(32, "z", s_text)]), false)),
            new IcebergField(1, "key", s_text, IsRequired: true),
        ])
        {
            IdentifierFieldIds = [1],
        };
        PartitionSpec spec = new(4, [new PartitionField(1, 0, "key_bucket", new Transform(TransformKind.Bucket, 4))]);
        SortOrder order = new(7, [new SortField(1, new Transform(TransformKind.Identity), false, true)]);

        TableMetadata table = TableMetadataChanges.Create(new TableCreation(schema, spec, order, new Dictionary<string, string>()), "/t", "u", 5);

        Assert.Equal([1, 2, 3], table.CurrentSchema.Fields.Select(field => field.Id));
        ListType list = (ListType)table.CurrentSchema.Fields[0].Type;
        Assert.Equal(4, list.ElementId);
        Assert.Equal([5, 6], ((StructType)list.Element).Fields.Select(field => field.Id));
        Assert.Equal(7, ((ListType)((StructType)list.Element).Fields[1].Type).ElementId);
        MapType map = (MapType)table.CurrentSchema.Fields[1].Type;
        Assert.Equal((8, 9, 10), (map.KeyId, map.ValueId, ((StructType)map.Value).Fields[0].Id));
        Assert.Equal((10, 0, 3), (table.LastColumnId, table.CurrentSchemaId, table.CurrentSchema.IdentifierFieldIds.Single()));
        Assert.Equal(new PartitionSpec(0, [new PartitionField(3, 1000, "key_bucket", new Transform(TransformKind.Bucket, 4))]), table.DefaultSpec);
        Assert.Equal((1000, 0, 1), (table.LastPartitionId, table.DefaultSpecId, table.DefaultSortOrderId));
        Assert.Equal(3, table.DefaultSortOrder.Fields.Single().SourceId);
        Assert.Equal((2, 0L, 5L), (table.FormatVersion, table.LastSequenceNumber, table.LastUpdatedMs));
    }

    [Fact]
    public void Create_FormatVersionProperty_IsTakenOutOrRefused()
    {
        TableCreation creation = new(SampleTables.Columns, PartitionSpec.Unpartitioned, SortOrder.Unsorted, new Dictionary<string, string> { ["format-version"] = "2", ["a"] = "b" });
        Assert.Equal("a", Assert.Single(TableMetadataChanges.Create(creation, "/t", "u", 1).Properties).Key);
        Assert.Throws<SessionizeException>(() =>
            TableMetadataChanges.Create(creation with { Properties = new Dictionary<string, string> { ["format-version"] = "3" } }, "/t", "u", 1));
    }

    [Fact]
    public void Create_SpecOfOtherColumns_IsRefused()
    {
        TableCreation creation = new(SampleTables.Columns, new PartitionSpec(0, [new PartitionField(99, 1000, "x", new Transform(TransformKind.Identity))]), SortOrder.Unsorted,
            new Dictionary<string, string>());
        Assert.Contains("99", Assert.Throws<ArgumentException>(() => TableMetadataChanges.Create(creation, "/t", "u", 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_SnapshotOnMain_MovesEverythingThatFollowsIt()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 3);

        Assert.Equal((3L, 3L), (table.CurrentSnapshotId, table.LastSequenceNumber));
        Assert.Equal([1L, 2, 3], table.SnapshotLog.Select(entry => entry.SnapshotId));
        Assert.Equal(table.Snapshots.Select(snapshot => snapshot.TimestampMs), table.SnapshotLog.Select(entry => entry.TimestampMs));
        Assert.Equal(table.CurrentSnapshot!.TimestampMs, table.LastUpdatedMs);
        Assert.Equal(new SnapshotRef(3, IsBranch: true), table.Refs[SnapshotRef.Main]);
    }

    [Fact]
    public void Apply_SnapshotOfVersion1_KeepsSequenceNumber0() =>
        Assert.Equal(0, SampleTables.WithSnapshots(SampleTables.AsVersion1(SampleTables.Partitioned()), 2).LastSequenceNumber);

    [Fact]
    public void Apply_SnapshotOnAnotherBranch_LeavesMainAlone()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        TableMetadata changed = SampleTables.Commit(table, SampleTables.Next(table), "audit");

        Assert.Equal(1, changed.CurrentSnapshotId);
        Assert.Single(changed.SnapshotLog);
        Assert.Equal(2, changed.Refs["audit"].SnapshotId);
        Assert.Equal(2, changed.LastSequenceNumber);
    }

    [Fact]
    public void Apply_SnapshotThatAnotherBranchOvertook_IsTransientAndAViolation()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        Snapshot late = SampleTables.Next(table) with { Id = 77 };
        TableMetadata overtaken = SampleTables.Commit(table, SampleTables.Next(table), "audit");
        TableUpdate[] updates = [new TableUpdate.AddSnapshot(late), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(77, true))];
        TableRequirement[] requirements = [new TableRequirement.RefIs(SnapshotRef.Main, 1)];

        Assert.Null(TableMetadataChanges.Violation(overtaken, requirements));
        Assert.Contains("sequence number 2", TableMetadataChanges.Violation(overtaken, requirements, updates), StringComparison.Ordinal);
        Assert.Null(TableMetadataChanges.Violation(table, requirements, updates));
        Assert.True(Assert.Throws<SessionizeException>(() => TableMetadataChanges.Apply(overtaken, updates, 1)).IsTransient);
    }

    [Fact]
    public void Apply_SnapshotLongBeforeTheTable_BlamesTheClock()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        Snapshot late = SampleTables.Next(table) with { TimestampMs = table.LastUpdatedMs - 60_001 };
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => SampleTables.Commit(table, late));
        Assert.Contains("clock", refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.IsTransient);
    }

    [Fact]
    public void Apply_ClockBehind_DoesNotTurnTimeBack()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        TableMetadata changed = TableMetadataChanges.Apply(table, [new TableUpdate.SetProperties(new Dictionary<string, string> { ["a"] = "b" })], 5);
        Assert.Equal(table.LastUpdatedMs, changed.LastUpdatedMs);
        Assert.Equal("b", changed.Properties["a"]);
    }

    [Fact]
    public void Apply_Rollback_IsLoggedAtTheTimeOfTheChange()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 3);
        TableMetadata rolledBack = TableMetadataChanges.Apply(table, [new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(1, true))], table.LastUpdatedMs + 50);

        Assert.Equal(1, rolledBack.CurrentSnapshotId);
        Assert.Equal(new SnapshotLogEntry(table.LastUpdatedMs + 50, 1), rolledBack.SnapshotLog[^1]);
        Assert.Equal(4, rolledBack.SnapshotLog.Count);
    }

    [Fact]
    public void Apply_TwoSnapshotsInOneCommit_LogsTheLastOnly()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        Snapshot second = SampleTables.Next(table);
        Snapshot third = second with { Id = 3, ParentId = 2, SequenceNumber = 3 };

        TableMetadata changed = TableMetadataChanges.Apply(
            table,
            [
                new TableUpdate.AddSnapshot(second), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(2, true)),
                new TableUpdate.AddSnapshot(third), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(3, true)),
            ],
            second.TimestampMs);

        Assert.Equal([1L, 3], changed.SnapshotLog.Select(entry => entry.SnapshotId));
        Assert.Equal(3, changed.Snapshots.Count);
    }

    [Fact]
    public void Apply_RemoveSnapshots_TakesRefsStatisticsAndLogBeforeThem()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 5);
        using JsonDocument statistics = JsonDocument.Parse("""[{"snapshot-id":2,"a":1},{"snapshot-id":5}]""");
        table = table with { Others = new Dictionary<string, JsonElement> { ["statistics"] = statistics.RootElement.Clone() } };
        table = TableMetadataChanges.Apply(table, [new TableUpdate.SetRef("tag", new SnapshotRef(3, false)), new TableUpdate.SetRef("kept", new SnapshotRef(4, false))], 1);

        TableMetadata changed = TableMetadataChanges.Apply(table, [new TableUpdate.RemoveSnapshots([2, 3, 99])], 1);

        Assert.Equal([1L, 4, 5], changed.Snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal([4L, 5], changed.SnapshotLog.Select(entry => entry.SnapshotId));
        Assert.Equal(["kept", "main"], changed.Refs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("""[{"snapshot-id":5}]""", changed.Others["statistics"].GetRawText());
        Assert.Equal(5, changed.CurrentSnapshotId);
    }

    [Fact]
    public void Apply_RemoveCurrentSnapshot_LeavesTheTableEmpty()
    {
        TableMetadata changed = TableMetadataChanges.Apply(SampleTables.WithSnapshots(SampleTables.Partitioned(), 1), [new TableUpdate.RemoveSnapshots([1])], 1);
        Assert.Null(changed.CurrentSnapshotId);
        Assert.Empty(changed.Refs);
        Assert.Empty(changed.SnapshotLog);
    }

    [Fact]
    public void Apply_AddedColumn_IsANewSchemaWithNewLastColumn()
    {
        TableMetadata table = SampleTables.Partitioned();
        IcebergSchema wider = new(0, [.. table.CurrentSchema.Fields, new IcebergField(13, "entry_page", s_text)]);

        TableMetadata changed = TableMetadataChanges.Apply(table, [new TableUpdate.AddSchema(wider), new TableUpdate.SetCurrentSchema(TableUpdate.Last)], 1);

        Assert.Equal((1, 13, 2), (changed.CurrentSchemaId, changed.LastColumnId, changed.Schemas.Count));
        Assert.Equal("entry_page", changed.CurrentSchema.Fields[^1].Name);
        Assert.Same(changed, TableMetadataChanges.Apply(changed, [new TableUpdate.AddSchema(wider with { Id = 8 }), new TableUpdate.SetCurrentSchema(TableUpdate.Last)], 1));
    }

    [Fact]
    public void Apply_SchemaWithoutAPartitionColumn_IsRefused()
    {
        TableMetadata table = SampleTables.Partitioned();
        IcebergSchema narrower = new(0, [.. table.CurrentSchema.Fields.Take(9)]);
        Assert.Throws<ArgumentException>(() =>
            TableMetadataChanges.Apply(table, [new TableUpdate.AddSchema(narrower), new TableUpdate.SetCurrentSchema(TableUpdate.Last)], 1));
    }

    [Fact]
    public void Apply_NothingThatChanges_GivesTheSameTable()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 1);
        Assert.Same(table, TableMetadataChanges.Apply(
            table,
            [
                new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(1, true)), new TableUpdate.RemoveRef("none"), new TableUpdate.RemoveSnapshots([9]),
                new TableUpdate.SetProperties(new Dictionary<string, string>()), new TableUpdate.SetCurrentSchema(0),
            ],
            long.MaxValue));
    }

    [Fact]
    public void Apply_NamesThatAreNotThere_AreMisuse()
    {
        TableMetadata table = SampleTables.Partitioned();
        TableUpdate[] wrong =
        [
            new TableUpdate.SetCurrentSchema(5), new TableUpdate.SetCurrentSchema(TableUpdate.Last), new TableUpdate.SetRef("x", new SnapshotRef(5, true)),
        ];
        Assert.All(wrong, update => Assert.Throws<InvalidOperationException>(() => TableMetadataChanges.Apply(table, [update], 1)));
        Assert.Throws<InvalidOperationException>(() =>
            TableMetadataChanges.Apply(SampleTables.WithSnapshots(table, 1), [new TableUpdate.SetRef("main", new SnapshotRef(1, false))], 1));
    }

    [Fact]
    public void Violation_EachRequirement_HoldsOrNamesWhatItIsNow()
    {
        TableMetadata table = SampleTables.WithSnapshots(SampleTables.Partitioned(), 2);
        TableRequirement[] holding =
        [
            new TableRequirement.SameTable(table.TableUuid.ToUpperInvariant()), new TableRequirement.RefIs("main", 2), new TableRequirement.RefIs("other", null),
            new TableRequirement.LastColumnIs(12), new TableRequirement.CurrentSchemaIs(0),
        ];
        Assert.Null(TableMetadataChanges.Violation(table, holding));
        TableRequirement[] broken =
        [
            new TableRequirement.SameTable("x"), new TableRequirement.RefIs("main", 1), new TableRequirement.RefIs("main", null),
            new TableRequirement.RefIs("other", 2), new TableRequirement.LastColumnIs(11), new TableRequirement.CurrentSchemaIs(1),
        ];
        Assert.All(broken, requirement => Assert.NotNull(TableMetadataChanges.Violation(table, [.. holding, requirement])));
        Assert.All(holding, requirement => Assert.NotNull(TableMetadataChanges.Violation(null, [requirement])));
    }

    [Theory]
    [InlineData(null, 100)]
    [InlineData("3", 3)]
    [InlineData("0", 1)]
    public void WithPrevious_MoreThanTheLimit_ForgetsTheOldest(string? limit, int kept)
    {
        TableMetadata table = SampleTables.Partitioned();
        table = limit is null ? table : table with { Properties = new Dictionary<string, string> { ["write.metadata.previous-versions-max"] = limit } };
        table = table with { Properties = new Dictionary<string, string>(table.Properties) { ["write.metadata.delete-after-commit.enabled"] = "true" } };
        List<string> all = [];
        for (int version = 1; version <= 120; version++)
        {
            table = TableMetadataChanges.WithPrevious(table, new MetadataLogEntry(version, $"v{version}"), out IReadOnlyList<string> forgotten);
            all.AddRange(forgotten);
        }

        Assert.Equal(Enumerable.Range(121 - kept, kept).Select(version => $"v{version}"), table.MetadataLog.Select(entry => entry.MetadataFile));
        Assert.Equal(Enumerable.Range(1, 120 - kept).Select(version => $"v{version}"), all);
    }
}
