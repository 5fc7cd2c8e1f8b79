using Sessionize.Engine.Batch;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed class SpillFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_PiecesOfAllLengths_AreReadBackAndTheFileHasNoName(bool mayBeNameless)
    {
        Random random = new(1);
        List<(SpillExtent Extent, byte[] Bytes)> written = [];
        using (SpillFile file = SpillFile.Create(_folder.Path, mayBeNameless))
        {
            for (int i = 0; i < 200; i++)
            {
                byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(700_000) : random.Next(5000)];
                random.NextBytes(bytes);
                file.BeginExtent();
                int half = random.Next(bytes.Length + 1);
                file.Write(bytes.AsSpan(0, half));
                file.Write(bytes.AsSpan(half));
                Assert.Equal(bytes.Length, file.ExtentBytes);
                written.Add((file.EndExtent(), bytes));
            }

            file.Flush();

            Assert.Empty(_folder.Names());
            foreach ((SpillExtent extent, byte[] bytes) in written)
            {
                byte[] read = new byte[extent.Length];
                file.Read(extent.Offset, read);
                Assert.True(bytes.AsSpan().SequenceEqual(read));
            }
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Flush_FullDisk_NamesTheFolderAndTheRemedies()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here: this needs Linux.");
        using SpillFile file = new(_folder.Path, File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite));
        file.BeginExtent();
        file.Write(new byte[1000]);

        SessionizeException thrown = Assert.Throws<SessionizeException>(file.Flush);

        Assert.Contains(_folder.Path, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("--temp", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("--memory", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BeyondTheEnd_IsToldAsWell()
    {
        using SpillFile file = SpillFile.Create(_folder.Path);
        Assert.Contains("ends too early", Assert.Throws<SessionizeException>(() => file.Read(0, new byte[1])).Message, StringComparison.Ordinal);
    }
}
