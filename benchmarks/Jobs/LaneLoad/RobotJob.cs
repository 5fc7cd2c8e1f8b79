using Sessionize;
using Sessionize.Engine;

namespace LaneLoad;

/// <summary>A million events of one user, in order and not.</summary>
internal static class RobotJob
{
    private const int Events = 1_000_000;
    private const int EventsPerBatch = 10_000;

    public static void Run(int rounds)
    {
        long[] tenMinutes = [.. Enumerable.Range(0, Events).Select(i => Load.BaseMs + (i * 599_000L / Events))];
        long[] hour = [.. Enumerable.Range(0, Events).Select(i => Load.BaseMs + (i * 3_600_000L / Events))];
        Random random = new(3);
        long[] shuffled = [.. tenMinutes];
        random.Shuffle(shuffled);
        long[] withinDelay = [.. hour.OrderBy(time => time + random.Next(590_000))];

        List<(double, double)>[] times = [[], [], [], []];
        for (int round = 0; round <= rounds; round++)
        {
            foreach ((int job, long[] order) in new[] { tenMinutes, shuffled, hour, withinDelay }.Index())
            {
                (double cpu, double wall) = TimeOf(order);
                if (round > 0)
                {
                    times[job].Add((cpu / Events * 1e6, wall / Events * 1e6));
                }
            }
        }

        Load.Print("an event of a million of one user within the delay, in order", "ns", times[0]);
        Load.Print("the same in random order", "ns", times[1]);
        Load.Print("an event of a million of one user in an hour, in order", "ns", times[2]);
        Load.Print("the same, each up to the delay behind others", "ns", times[3]);
    }

    private static (double Cpu, double Wall) TimeOf(long[] order)
    {
        Lane lane = Load.NewLane();
        EventBatch batch = new(EventFields.None);
        long position = 0;
        (double cpu, double wall) = (0, 0);
        while (position < Events)
        {
            Load.Fill(batch, ref position, EventsPerBatch, at => (1, order[at]), withIds: true);
            (double batchCpu, double batchWall) = Load.Time(() => Load.Take(lane, batch));
            (cpu, wall) = (cpu + batchCpu, wall + batchWall);
        }

        (double endCpu, double endWall) = Load.Time(() => lane.CloseAll(lane.HighestEventMs!.Value));
        long events = lane.TakeClosed().Sum(change => change.Session.EventCount);
        return events == Events ? (cpu + endCpu, wall + endWall) : throw new InvalidOperationException($"{events} events are in sessions.");
    }
}
