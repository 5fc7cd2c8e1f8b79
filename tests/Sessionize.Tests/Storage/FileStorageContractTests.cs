using Sessionize.Testing.Contracts;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Storage;

/// <summary>The contract itself: each flaw is found.</summary>
public sealed class FileStorageContractTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _places;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<FileStorageFlaw> Flaws => [.. Enum.GetValues<FileStorageFlaw>().Where(flaw => flaw != FileStorageFlaw.None)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task VerifyAsync_StorageWithoutFlaw_KeepsTheContract() => FileStorageContract.VerifyAsync(() => Flawed(FileStorageFlaw.None), Token);

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task VerifyAsync_StorageWithAFlaw_IsCaught(FileStorageFlaw flaw)
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(
            () => FileStorageContract.VerifyAsync(() => Flawed(flaw), Token));

        Assert.NotEqual(violation.Expected, violation.Found);
        TestContext.Current.TestOutputHelper?.WriteLine(violation.Message);
    }

    private FileStoragePlace Flawed(FileStorageFlaw flaw) => new(() => new FlawedFileStorage(flaw), $"file://{_folder.Path}/{++_places}");
}
