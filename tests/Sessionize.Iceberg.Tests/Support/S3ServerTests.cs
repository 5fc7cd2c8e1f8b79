using System.Net;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

public sealed class S3ServerTests(S3Server shared)
{
    [Fact]
    public async Task StartAsync_Twice_OneServerThatAnswers()
    {
        string first = (await shared.StartAsync()).Endpoint;
        string second = (await shared.StartAsync()).Endpoint;

        Assert.Equal(first, second);
        Assert.NotEqual(shared.NewLocation(), shared.NewLocation());
        Assert.Equal(HttpStatusCode.Forbidden, await StatusOfAsync(first));
    }

    [Fact]
    public async Task StopAsync_OfAnOwnServer_RefusesUntilItIsRestarted()
    {
        await using S3Server own = new();
        string place = (await own.StartAsync()).Endpoint;

        await own.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusOfAsync(place));
        await own.RestartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await StatusOfAsync(place));
    }

    private static async Task<HttpStatusCode> StatusOfAsync(string place)
    {
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"{place}/{S3Server.Bucket}"), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
