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
        List<(double, double)> alone = [];
        List<(double, double)> withTriggers = [];
        List<(double, double)> withCheckpoints = [];
        for (int round = 0; round <= rounds; round++)
        {
            (double cpu, double wall) = (0, 0);
            for (int events = 0; events < EventsPerRound; events += EventsPerBatch)
            {
                // Two events a millisecond, so that a user comes every eight minutes; one in fifty is late by up to five.
                Load.Fill(batch, ref position, EventsPerBatch, at => (random.Next(Load.Users), Load.BaseMs + (at / 2) - (random.Next(50) == 0 ? random.Next(300_000) : 0)), withIds: true);
                (double batchCpu, double batchWall) = Load.Time(() => Load.Take(lane, batch));
                (cpu, wall) = (cpu + batchCpu, wall + batchWall);
                lane.TakeClosed();
                lane.TakeDeadLetters();
            }

            (double stateCpu, double stateWall) = Load.Time(() => lane.Checkpoint(full: false));
            if (round > 0)
            {
                alone.Add((cpu / EventsPerRound * 1e6, wall / EventsPerRound * 1e6));
                withTriggers.Add(With(EventsPerTrigger));
                withCheckpoints.Add(With(EventsPerRound));
            }

            (double, double) With(int eventsPerCheckpoint) =>
                ((cpu / EventsPerRound + stateCpu / eventsPerCheckpoint) * 1e6, (wall / EventsPerRound + stateWall / eventsPerCheckpoint) * 1e6);
        }

        Load.Print($"an event, {lane.Users} users remembered", "ns", alone);
        Load.Print("an event, with a delta of all visits every 45 million, which are 30 seconds of 1,500,000", "ns", withTriggers);
        Load.Print("an event, with one every four million", "ns", withCheckpoints);
    }

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
