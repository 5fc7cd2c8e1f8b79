using System.Globalization;
using System.Text;
using Sessionize.Engine;

namespace Sessionize.Testing.Harness;

/// <summary>The events that were sent, by lane and position, as a topic keeps them.</summary>
internal sealed class EventLog(int lanes)
{
    private readonly List<ClickstreamEvent>[] _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new List<ClickstreamEvent>())];

    public IReadOnlyList<int> Lanes { get; } = [.. Enumerable.Range(0, lanes)];

    public ClickstreamEvent this[int lane, long position] => _lanes[lane][(int)position];

    public static string NameOf(int lane) => string.Create(CultureInfo.InvariantCulture, $"lane-{lane}");

    public static int LaneOf(string partition) => int.Parse(partition.AsSpan("lane-".Length), CultureInfo.InvariantCulture);

    public int LaneOfUser(string? userId) => (int)((uint)SparkHash.Of(Encoding.UTF8.GetBytes(userId ?? "")) % (uint)_lanes.Length);

    public void Append(int lane, ClickstreamEvent e) => _lanes[lane].Add(e);

    public long EndOf(int lane) => _lanes[lane].Count;

    public IReadOnlyList<SourcePartition> Partitions(IReadOnlyList<int> lanes) =>
        [.. lanes.Select(lane => new SourcePartition(NameOf(lane), new LaneId(lane), lane))];
}
