using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests;

public sealed class ParquetSessionizationExtensionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ToParquetFile_BatchOfFiles_WritesTheSessionsOfTheEvents()
    {
        string events = _folder.Write("in.ndjson", string.Concat(Enumerable.Range(0, 50).Select(
            n => $$"""{"uuid":"user-{{n % 7}}","event_id":"{{n}}","event_timestamp":{{1_704_082_500_000 + (n * 600_000L)}},"page_name":"page-{{n % 5}}"}""" + "\n")));
        string path = _folder.File("out.parquet");
        SessionizationDefinition definition = SessionizationDefinition.Build(
            sessions => sessions.FromFiles(events).ToParquetFile(path, configure: options => options.RowGroupRows = 4));
        await new BatchSessionizer(definition).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Session[] read = ReadSessions.Of(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(50, read.Sum(session => session.EventCount));
        Assert.Equal(7, read.Select(session => session.UserId).Distinct().Count());
    }

    [Fact]
    public void ToParquetFile_WrongOption_IsRefusedWhereItStands() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SessionizationDefinition.Build(sessions => sessions.ToParquetFile("x", configure: options => options.PageRows = 0)));
}
