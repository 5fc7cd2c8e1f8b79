using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sessionize;
using Sessionize.Engine;

namespace LaneLoad;

/// <summary>Lanes, events for them, and what time they take.</summary>
internal static class Load
{
    public const long BaseMs = 1_704_082_500_000;
    public const int Users = 1_000_000;

    private const string Partition = "load";

    private static readonly byte[][] s_pages = [.. Enumerable.Range(0, 50).Select(page => Encoding.UTF8.GetBytes($"page-{page}"))];

    public static Lane NewLane() => new(new LaneId(0), new PipelinePlan(new SessionizationDefinition(), isStreaming: true), [new SourcePartition(Partition, new LaneId(0), 0)]);

    /// <summary>Fills a batch. Users have eleven letters, event ids sixteen.</summary>
    public static void Fill(EventBatch batch, ref long position, int count, Func<long, (int User, long TimeMs)> next, bool withIds) =>
        Fill(batch, Partition, ref position, count, next, withIds);

    /// <summary>Fills a batch of a partition.</summary>
    public static void Fill(EventBatch batch, string partition, ref long position, int count, Func<long, (int User, long TimeMs)> next, bool withIds)
    {
        Span<byte> user = stackalloc byte[11];
        Span<byte> id = stackalloc byte[16];
        "user-"u8.CopyTo(user);
        batch.Begin(partition);
        for (int i = 0; i < count; i++, position++)
        {
            (int number, long timeMs) = next(position);
            Utf8Formatter.TryFormat(number, user[5..], out _, new System.Buffers.StandardFormat('D', 6));
            Utf8Formatter.TryFormat((ulong)position * 0x9E3779B97F4A7C15, id, out _, new System.Buffers.StandardFormat('x', 16));
            batch.AddEvent(new RecordOrigin(position), user, timeMs, s_pages[position % s_pages.Length], withIds ? id : default);
        }
    }

    public static void Take(Lane lane, EventBatch batch) => lane.Take(batch, lane.Partitions[0]);

    /// <summary>Milliseconds of processor and wall that something takes.</summary>
    public static (double Cpu, double Wall) Time(Action action)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        action();
        double wall = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return ((Environment.CpuUsage.TotalTime - before).TotalMilliseconds, wall);
    }

    /// <summary>Prints a row: least and median of processor time, median of wall time.</summary>
    public static void Print(string what, string unit, IEnumerable<(double Cpu, double Wall)> times)
    {
        double[] cpu = [.. times.Select(time => time.Cpu).Order()];
        double[] wall = [.. times.Select(time => time.Wall).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {cpu[0]:f0} | {cpu[cpu.Length / 2]:f0} | {wall[wall.Length / 2]:f0} | {unit} |"));
    }
}
