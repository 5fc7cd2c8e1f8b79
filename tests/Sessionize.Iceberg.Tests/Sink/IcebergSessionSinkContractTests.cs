using Sessionize.Iceberg.Tests.Support;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>The sink contract on every catalog and storage, audited by Iceberg's own library.</summary>
public sealed class IcebergSessionSinkContractTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private readonly TablePlaces _places = new(s3, rest);

    public static TheoryData<TablePlaceKind> Kinds => TablePlaces.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Contract_EveryCatalogAndStorage_Holds(TablePlaceKind kind)
    {
        TablePlace first = await _places.NewAsync(kind);
        List<TablePlace> made = [];
        await SessionSinkContract.VerifyAsync(
            () =>
            {
                // A table of its own for each check, in the same warehouse.
                int number = made.Count;
                TablePlace place = first.With(options => (options.Name, options.PartitionBy) = ($"{options.Name}{number}", "none"));
                made.Add(place);
                return new SessionSinkPlace(() => new IcebergSessionSink(place.Options()), cancellationToken => SinkRows.ReadAsync(place, cancellationToken));
            },
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(made);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Commits_OnePipeline_AuditedAndReadByJava(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0, 1);
        for (int commit = 0; commit < 4; commit++)
        {
            await driver.CommitAsync(rows: 25);
        }

        await java.VerifyAsync(place.Address);
        Assert.Equal(100, await java.CountAsync(place.Address));
        Assert.Equal(driver.Committed.Order(), (await SinkRows.ReadAsync(place, TestContext.Current.CancellationToken)).Select(row => row.SessionId).Order());
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();
}
