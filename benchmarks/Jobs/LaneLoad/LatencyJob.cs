using System.Diagnostics;
using System.Globalization;
using Sessionize;
using Sessionize.Engine;

namespace LaneLoad;

/// <summary>From an event that passes deadlines until the sessions that end by them are there.</summary>
internal static class LatencyJob
{
    private const int EventsPerBatch = 10_000;
    private const int Users = 100_000;

    public static void Run(int rounds)
    {
        Random random = new(5);
        Lane lane = Load.NewLane();
        EventBatch batch = new(EventFields.None);
        long position = 0;
        List<double> micros = [];
        while (position < rounds * 1_000_000L)
        {
            // Eight milliseconds an event: a user comes every thirteen minutes, and a tenth of the events close a session.
            Load.Fill(batch, ref position, EventsPerBatch, at => (random.Next(Users), Load.BaseMs + (at * 8)), withIds: true);
            for (int row = 0; row < batch.Count; row++)
            {
                int before = lane.Closed.Count;
                long start = Stopwatch.GetTimestamp();
                lane.Take(batch, row, lane.Partitions[0]);
                if (lane.Closed.Count > before)
                {
                    micros.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }
            }

            lane.TakeClosed();
        }

        micros.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| from the event to the closed session, of {micros.Count}: p50, p99, p99.9, most | {At(0.5):f1} | {At(0.99):f1} | {At(0.999):f1}, {micros[^1]:f0} | µs |"));

        double At(double share) => micros[(int)(micros.Count * share)];
    }
}
