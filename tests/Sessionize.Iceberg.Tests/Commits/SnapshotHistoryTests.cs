using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Metadata;
using Xunit;
using static Sessionize.Iceberg.Tests.Commits.Histories;

namespace Sessionize.Iceberg.Tests.Commits;

public sealed class SnapshotHistoryTests
{
    [Fact]
    public void Find_EmptyTable_NothingIsRecorded() =>
        Assert.Equal(new Carrier(null, CarrierState.Found, null), new SnapshotHistory(Table()).Find(Pipeline));

    [Fact]
    public void Find_OthersCommittedSince_NewestCarrierCounts()
    {
        TableMetadata table = Table(Snapshot(1, null, Pipeline), Snapshot(2, 1, Pipeline), Snapshot(3, 2)).WithTag(Pipeline, 2);
        Carrier carrier = new SnapshotHistory(table).Find(Pipeline);
        Assert.Equal((2L, CarrierState.Found), (carrier.Snapshot!.Id, carrier.State));
    }

    [Fact]
    public void Find_AllButTheHeadExpired_TagGoesOn()
    {
        TableMetadata table = Table(Snapshot(1, null, Pipeline), Snapshot(2, 1), Snapshot(3, 2)).WithTag(Pipeline, 1).Without(2);
        Carrier carrier = new SnapshotHistory(table).Find(Pipeline);
        Assert.Equal((1L, CarrierState.Found), (carrier.Snapshot!.Id, carrier.State));
    }

    [Fact]
    public void Find_RolledBackToARoot_IsNoticed()
    {
        // 1 <- 2 (tagged), and readers read 1 again.
        TableMetadata table = Table(Snapshot(2, 1, Pipeline), Snapshot(1, null, Pipeline)).WithTag(Pipeline, 2);
        Carrier carrier = new SnapshotHistory(table).Find(Pipeline);
        Assert.Equal((1L, CarrierState.RolledBack, 2L), (carrier.Snapshot!.Id, carrier.State, carrier.Abandoned!.Id));
    }

    [Fact]
    public void Find_RolledBackAndExpired_IsNoticed()
    {
        // The ancestry of 2 breaks off at 1, but the tagged 3 is younger than it: it does not go on behind it.
        TableMetadata table = Table(Snapshot(3, 2, Pipeline), Snapshot(2, 1, Pipeline)).WithTag(Pipeline, 3);
        Assert.Equal(CarrierState.RolledBack, new SnapshotHistory(table).Find(Pipeline).State);
    }

    [Fact]
    public void Find_RolledBackAndGoneOnByOthers_IsNoticed()
    {
        TableMetadata table = Table(Snapshot(1, null, Pipeline), Snapshot(2, 1, Pipeline), Snapshot(3, 1)).WithTag(Pipeline, 2);
        Carrier carrier = new SnapshotHistory(table).Find(Pipeline);
        Assert.Equal((1L, CarrierState.RolledBack), (carrier.Snapshot!.Id, carrier.State));
    }

    [Fact]
    public void Find_NeitherCarrierNorTagButTheMarker_IsLost()
    {
        TableMetadata table = Table(Snapshot(3, 2)) with { Properties = new Dictionary<string, string> { [SummaryKeys.Marker(Pipeline)] = "true" } };
        Assert.Equal(CarrierState.Lost, new SnapshotHistory(table).Find(Pipeline).State);
        Assert.Equal(CarrierState.Found, new SnapshotHistory(table).Find("other").State);
    }

    [Fact]
    public void Find_Version1Expired_TimesDecide()
    {
        Snapshot Old(long id, long? parent, params string[] pipelines) => Snapshot(id, parent, pipelines) with { SequenceNumber = 0 };
        TableMetadata table = Table(Old(1, null, Pipeline), Old(2, 1), Old(3, 2)).WithTag(Pipeline, 1).Without(2) with { FormatVersion = 1 };
        Assert.Equal(CarrierState.Found, new SnapshotHistory(table).Find(Pipeline).State);
    }

    [Fact]
    public void Has_ParentsInACircle_EndsThere()
    {
        SnapshotHistory history = new(Table(Snapshot(1, 2), Snapshot(2, 1)));
        Assert.True(history.Has(1) && history.Has(2) && !history.Has(3));
    }

    [Fact]
    public void Carried_OtherPipelines_WhereverTheyAreRecorded()
    {
        TableMetadata table = Table(Snapshot(1, null, "other"), Snapshot(2, 1), Snapshot(3, 2, Pipeline)).WithTag("other", 1).WithTag(Pipeline, 3).Without(2);
        Assert.Equal([KeyValuePair.Create(SummaryKeys.Commit("other"), "commit 1")], CarriedKeys.Of(new SnapshotHistory(table), Pipeline));
    }
}
