using System.Globalization;
using Sessionize;
using Sessionize.Engine;

namespace LaneLoad;

/// <summary>A million open visits: what they take, what an event costs, and what it costs with checkpoints.</summary>
internal static class OpenVisitsJob
{
    private const int EventsPerBatch = 50_000;
    private const int EventsPerRound = 4_000_000;

    // A round's events change nearly every visit, so that a checkpoint behind more of them writes no more.
    private const int EventsPerTrigger = 45_000_000;

    public static void Run(int rounds)
    {
        PrintBytes(withIds: false);
        PrintBytes(withIds: true);

        Random random = new(17);
        Lane lane = Load.NewLane();
        EventBatch batch = new(EventFields.None);
        long position = 0;
        List<double> events = [];
        List<double> deltas = [];
        List<double> withDeltas = [];
        for (int round = 0; round < rounds; round++)
        {
            double cpu = 0;
            for (int taken = 0; taken < EventsPerRound; taken += EventsPerBatch)
            {
                // Two events a millisecond, so that a user comes every eight minutes; one in fifty is late by up to five.
                Load.Fill(batch, ref position, EventsPerBatch, at => (random.Next(Load.Users), Load.BaseMs + (at / 2) - (random.Next(50) == 0 ? random.Next(300_000) : 0)), withIds: true);
                cpu += Load.Time(() => Load.Take(lane, batch)).Cpu;
                lane.TakeClosed();
                lane.TakeDeadLetters();
            }

            double deltaCpu = Load.Time(() => lane.Checkpoint(full: false)).Cpu;
            events.Add(cpu / EventsPerRound * 1e6);
            deltas.Add(deltaCpu);
            withDeltas.Add(events[^1] + (deltaCpu / EventsPerTrigger * 1e6));
        }

        // A round is not like another: visits fill for an hour or two, then all of them reach two hours within minutes, then they end all the time.
        Console.WriteLine($"| {lane.Users} users remembered, {EventsPerRound} events a round |{string.Concat(Enumerable.Range(1, rounds).Select(round => $" {round} |"))} |");
        PrintRounds("an event", "ns", events);
        PrintRounds("an event, with a delta of all visits every 45 million, which are 30 seconds of 1,500,000", "ns", withDeltas);
        PrintRounds("the delta behind the round, of nearly all visits", "ms", deltas);
    }

    private static void PrintRounds(string what, string unit, List<double> values) => Console.WriteLine(
        $"| {what} |{string.Concat(values.Select(value => string.Create(CultureInfo.InvariantCulture, $" {value:f0} |")))} CPU {unit} |");

    private static void PrintBytes(bool withIds)
    {
        EventBatch batch = new(EventFields.None);
        using Lane lane = Load.NewLane();
        long position = 0;
        for (int round = 0; round < 2; round++)
        {
            for (int user = 0; user < Load.Users; user += EventsPerBatch)
            {
                Load.Fill(batch, ref position, EventsPerBatch, at => ((int)(at % Load.Users), Load.BaseMs + (at / 4000)), withIds);
                Load.Take(lane, batch);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| bytes of an open visit with two events{(withIds ? ", and ids of 16 bytes" : "")} | {(double)lane.VisitBytes / lane.Users:f0} | | | |"));
    }
}
