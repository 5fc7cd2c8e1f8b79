using Xunit;

namespace Sessionize.Parquet.Tests;

public sealed class PagesTests
{
    [Fact]
    public async Task RunAsync_OfTheExampleOnThePages_LooksForItsFiles()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(async () =>
        {
            SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
                .FromParquetFiles("events/**/*.parquet")
                .ToParquetFile("sessions.parquet"));
            await new BatchSessionizer(definition).RunAsync(cancellationToken: cancellationToken);
        });

        Assert.Contains("events/**/*.parquet", thrown.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("sessions.parquet"));
    }
}
