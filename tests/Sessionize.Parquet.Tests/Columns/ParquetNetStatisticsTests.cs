using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

/// <summary>The statistics of row groups, as another library reads them.</summary>
public sealed class ParquetNetStatisticsTests
{
    private static readonly DateTime s_epoch = DateTime.UnixEpoch;

    [Property(MaxTest = 60)]
    public Property GetStatistics_HostileSessions_HoldAllValues() => Prop.ForAll(HostileSessions.Arbitrary, Gen.Choose(1, 40).ToArbitrary(), (sessions, rows) =>
        CheckAsync(SessionFiles.Write(sessions.Chunk(rows)).File, [.. sessions.Chunk(rows)]).GetAwaiter().GetResult());

    private static async Task CheckAsync(byte[] file, Session[][] groups)
    {
        using MemoryStream stream = new(file);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        for (int i = 0; i < groups.Length; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            foreach (DataField field in reader.Schema.GetDataFields())
            {
                string path = string.Join('.', field.Path.ToList());
                byte[][] values = [.. groups[i].SelectMany(session => ColumnValues.Of(session, path))];
                DataColumnStatistics statistics = group.GetStatistics(field)!;
                Assert.Equal(groups[i].Count(session => ColumnValues.Of(session, path).Length == 0), statistics.NullCount);
                Assert.Equal(values.Length == 0, statistics.MinValue is null);
                foreach (byte[] value in values)
                {
                    Assert.True(Compare(statistics.MinValue!, value) <= 0, $"{path}: the least value is above another.");
                    Assert.True(statistics.MaxValue is null || Compare(statistics.MaxValue, value) >= 0, $"{path}: the greatest value is below another.");
                }
            }
        }
    }

    private static int Compare(object bound, byte[] value) => bound switch
    {
        string text => Encoding.UTF8.GetBytes(text).AsSpan().SequenceCompareTo(value),
        ReadOnlyMemory<char> text => Compare(text.ToString(), value),
        long number => number.CompareTo(BitConverter.ToInt64(value)),
        int number => number.CompareTo(BitConverter.ToInt32(value)),
        double number => number.CompareTo(BitConverter.ToDouble(value)) is var order && number == 0 && BitConverter.ToDouble(value) == 0 ? 0 : order,
        bool flag => flag.CompareTo(value[0] != 0),
        DateTime time => ((time - s_epoch).Ticks / TimeSpan.TicksPerMicrosecond).CompareTo(BitConverter.ToInt64(value)),
        _ => throw new InvalidDataException($"The bound {bound} has the type {bound.GetType()}."),
    };
}
