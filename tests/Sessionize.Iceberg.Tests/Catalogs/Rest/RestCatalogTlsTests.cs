using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

public sealed class RestCatalogTlsTests
{
    [Fact]
    public async Task LoadAsync_CertificateThatNobodyTrusts_FailsForGoodWithTheRemedy()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<int> serving = ServeAsync(listener);
        IcebergTableOptions options = new() { CatalogUri = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}" };
        ImmediateClock clock = new();
        options.CatalogProperties["rest.client.socket-timeout-ms"] = "600000";
        await using RestCatalog catalog = RestCatalog.Create(options, clock);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            async () => await catalog.LoadAsync(TableName.Parse("sessions.t"), TestContext.Current.CancellationToken));
        listener.Stop();

        Assert.False(failure.IsTransient);
        Assert.Contains("SSL_CERT_FILE", failure.Message, StringComparison.Ordinal);
        Assert.Contains(options.CatalogUri, failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, await serving);
        Assert.Empty(clock.Waits);
    }

    /// <summary>Offers a certificate of its own making to all that connect.</summary>
    /// <returns>How many did.</returns>
    private static async Task<int> ServeAsync(TcpListener listener)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        for (int connections = 0; ; connections++)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(CancellationToken.None);
                await using SslStream stream = new(client.GetStream());
                try
                {
                    await stream.AuthenticateAsServerAsync(certificate);
                    await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, CancellationToken.None);
                }
                catch (Exception refused) when (refused is AuthenticationException or IOException)
                {
                    // As it has to be.
                }
            }
            catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
            {
                // Stopped while it waits, or before it waits for the next.
                return connections;
            }
        }
    }
}
