using Sessionize;
using Sessionize.Engine;

namespace LaneLoad;

/// <summary>What a step of the watermark that closes 100,000 of a million visits costs, rows included; what checkpoints and taking over cost.</summary>
internal static class ClosingJob
{
    private const int EventsPerBatch = 50_000;
    private const int Due = 100_000;
    private const int EventsAVisit = 4;

    public static void Run(int rounds)
    {
        List<(double, double)> closing = [];
        List<(double, double)> delta = [];
        List<(double, double)> snapshot = [];
        List<(double, double)> restore = [];
        for (int round = 0; round <= rounds; round++)
        {
            Lane lane = Load.NewLane();
            EventBatch batch = new(EventFields.None);
            long position = 0;
            for (int i = 0; i < EventsAVisit * Load.Users / EventsPerBatch; i++)
            {
                Load.Fill(batch, ref position, EventsPerBatch, Opening, withIds: true);
                Load.Take(lane, batch);
            }

            closing.Add(Load.Time(() => lane.AdvanceTo(Load.BaseMs + (33 * 60_000))));
            Expect(Due, lane.TakeClosed().Count);
            lane.Checkpoint(full: false);
            for (int i = 0; i < Due / EventsPerBatch; i++)
            {
                Load.Fill(batch, ref position, EventsPerBatch, at => (Due + (int)(at % Due), Load.BaseMs + (33 * 60_000) + 1), withIds: true);
                Load.Take(lane, batch);
            }

            delta.Add(Load.Time(() => lane.Checkpoint(full: false)));
            ReadOnlyMemory<byte> state = default;
            snapshot.Add(Load.Time(() => state = lane.Checkpoint(full: true)));
            Lane restored = Load.NewLane();
            restore.Add(Load.Time(() =>
            {
                restored.Apply(state.Span);
                restored.CompleteRestore();
            }));
            Expect(lane.Users, restored.Users);
        }

        // The first round is the one in which code is compiled.
        Load.Print("closing 100,000 of 1,000,000 visits of four events by one step of the watermark", "ms", closing.Skip(1));
        Load.Print("a delta of 100,000 changed visits", "ms", delta.Skip(1));
        Load.Print("a snapshot of 1,000,000 visits", "ms", snapshot.Skip(1));
        Load.Print("taking over 1,000,000 visits", "ms", restore.Skip(1));
    }

    /// <summary>The users in an order of their own; one in ten began five minutes before the others.</summary>
    private static (int User, long TimeMs) Opening(long position)
    {
        int user = (int)(position % Load.Users * 7919 % Load.Users);
        long round = position / Load.Users;
        return (user, Load.BaseMs + (user < Due ? 0 : 300_000) + (round * 20_000) + (position % Load.Users / 50_000));
    }

    private static void Expect(int expected, int found)
    {
        if (expected != found)
        {
            throw new InvalidOperationException($"{found}, and not {expected}: what was measured is not what was meant.");
        }
    }
}
