using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Readers;

/// <summary>Readers of others: every value read, and every filter finds what it must.</summary>
public sealed class OutsideReaderTests : IDisposable
{
    private const int Rows = 600;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases => new MatrixTheoryData<string, string>(
        ["duckdb.mjs", "chdb.mjs", "hyparquet.mjs"], ["unordered", "by text", "by time", "by page, nulls last"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Read_HostileSessions_EveryRowAndFilterIsRight(string script, string order)
    {
        // JavaScript orders texts by UTF-16 and drops U+FEFF at their beginning. Without these characters its order is that of the format.
        Session[] sample = HostileSessions.Sample(new Random(1), Rows, script == "hyparquet.mjs" ? text => text.All(c => c is < '\ue000') : _ => true);
        Session[] sessions = [.. Ordered(sample, order).Select((session, row) => session with { Revision = row })];
        string file = _folder.Write("out.parquet", SessionFiles.Write(sessions.Chunk(70), new ParquetSessionOptions { PageRows = 9 }).File);
        string description = _folder.File("expected.json");
        ReaderCase.Write(description, sessions, new Random(2));

        string said = await NodeReader.RunAsync(script, file, description, Token);

        Assert.Contains($"{Rows} rows", said, StringComparison.Ordinal);
        TestContext.Current.SendDiagnosticMessage(said);
    }

    private static IEnumerable<Session> Ordered(Session[] sessions, string order) => order switch
    {
        "by text" => sessions.OrderBy(session => session.UserId, StringComparer.Ordinal).ThenBy(session => session.SessionId, StringComparer.Ordinal),
        "by time" => sessions.OrderBy(session => session.StartMs),
        "by page, nulls last" => sessions.OrderBy(session => session.EntryPage is null).ThenBy(session => session.EntryPage, StringComparer.Ordinal),
        _ => sessions,
    };
}
