using Sessionize.Iceberg.Tests.Support;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Reads the sessions of a table with the package's own reader.</summary>
internal static class SinkRows
{
    /// <summary>Reads all rows; none where there is no table.</summary>
    public static async ValueTask<IReadOnlyList<Session>> ReadAsync(TablePlace place, CancellationToken cancellationToken)
    {
        IcebergTableOptions options = place.Options();
        await using (IcebergSessionSink ensure = new(options))
        {
            // The reader refuses a table that is not there; the contract asks before the first commit.
            await using State.InMemorySessionStateStore store = new();
            await ensure.OpenAsync(new SinkOpening("reader", [], store), cancellationToken);
        }

        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: cancellationToken);
        List<Session> rows = [];
        await foreach (Session row in table.ReadAsync(new SessionQuery(), cancellationToken))
        {
            rows.Add(row);
        }

        return rows;
    }
}
