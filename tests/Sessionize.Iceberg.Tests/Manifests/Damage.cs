using Sessionize.Iceberg.Manifests;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>Damages files as disks and networks do.</summary>
internal static class Damage
{
    private const int Times = 20;

    /// <summary>Flips bits and cuts ends off; fails, if reading throws anything but a sentence.</summary>
    public static void Each(int seed, byte[] file, Action<byte[]> read)
    {
        Random random = new(seed);
        for (int time = 0; time < Times; time++)
        {
            byte[] damaged = random.Next(3) == 0 ? file[..random.Next(file.Length)] : [.. file];
            for (int flips = random.Next(3); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                read(damaged);
            }
            catch (SessionizeException refusal)
            {
                Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The same Avro file without compression, where damage is not found by the decompression.</summary>
    public static byte[] Uncompressed(byte[] file)
    {
        AvroContainer container = AvroContainer.Open(file, "x");
        List<(int Count, byte[] Content)> blocks = [];
        container.ReadBlocks((int count, ref AvroDecoder block) => blocks.Add((count, block.Raw(block.Remaining).ToArray())));
        return AvroFiles.Build(container.Metadata, "null", blocks);
    }
}
