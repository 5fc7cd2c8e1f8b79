using System.Text;
using System.Text.Json;
using Sessionize.Engine;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class SparkHashTests
{
    [Fact]
    public void Of_EveryRowOfTheSharedTable_IsSparksHashAndBucket()
    {
        using JsonDocument table = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find("conformance/spark_hash.json")));
        int rows = 0;
        foreach (JsonElement row in table.RootElement.EnumerateArray())
        {
            string value = row.GetProperty("value").GetString()!;
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            int bucket = row.GetProperty("bucket").GetInt32();

            Assert.Equal((value, row.GetProperty("hash").GetInt32()), (value, SparkHash.Of(bytes)));
            Assert.Equal((value, bucket), (value, SparkHash.Bucket(bytes, 100)));
            Assert.Equal((value, bucket), (value, OracleHash.Bucket(value, 100)));
            rows++;
        }

        Assert.True(rows > 0);
    }

    [Fact]
    public void Bucket_OfAnyText_AgreesWithTheOracle()
    {
        Random random = new(1);
        for (int i = 0; i < 10_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(random.Next(2) == 0 ? 0x80 : 0xD800)));
            int buckets = random.Next(1, 1000);

            Assert.Equal((text, OracleHash.Bucket(text, buckets)), (text, SparkHash.Bucket(Encoding.UTF8.GetBytes(text), buckets)));
        }
    }
}
