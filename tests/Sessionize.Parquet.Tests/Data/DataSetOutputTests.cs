using Sessionize.Parquet.Tests.Support;
using Sessionize.Sources;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Parquet.Tests.Data;

/// <summary>Real clickstreams to Parquet: three readers of others give the digests that two independent programs gave.</summary>
public sealed class DataSetOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Cases => new MatrixTheoryData<string, string>(DataSet.Names, DataSetRun.Settings);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Settings_OfTheExpectedResults_AreAllTested() =>
        Assert.All(DataSet.Names, name => Assert.Equal(DataSetRun.Settings, DataSet.Expected(name).Keys.Order(StringComparer.Ordinal)));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ParquetNet_OfTheSessions_GivesTheExpectedDigests(string name, string settings)
    {
        foreach (int threads in (int[])[1, 2, 4])
        {
            string file = await WriteAsync(name, settings, threads);
            Assert.Equal(DataSetRun.Expected(name, settings), DataSetRun.Digests(ReadSessions.Of(await File.ReadAllBytesAsync(file, Token))));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task DuckDb_OfTheSessions_GivesTheExpectedDigests(string name, string settings) =>
        Assert.Equal(DataSetRun.Expected(name, settings), await NodeReader.RunAsync("duckdb-digests.mjs", await WriteAsync(name, settings, threads: 2), null, Token));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Hyparquet_OfTheSessions_GivesTheExpectedDigests(string name, string settings) =>
        Assert.Equal(DataSetRun.Expected(name, settings), await NodeReader.RunAsync("hyparquet-digests.mjs", await WriteAsync(name, settings, threads: 2), null, Token));

    private async Task<string> WriteAsync(string name, string settings, int threads)
    {
        string file = _folder.File($"sessions-{threads}.parquet");
        string events = DataSet.PathOf(name);
        await DataSetRun.RunAsync(
            name, settings, context => new FileEventSource([events], context.Parser), _ => ParquetSessionSink.ToFile(file), new BatchOptions { Threads = threads });
        return file;
    }
}
