using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class VisitTimersTests
{
    /// <summary>Due times that move to later and to earlier, users that leave, watermarks that creep and that leap: each fires when it is due, not before.</summary>
    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 5_000)]
    [InlineData(3, 3_000_000)]
    [InlineData(4, 400_000_000)]
    public void TryTake_RandomDueTimes_FiresWhatIsDue(int seed, int step)
    {
        Random random = new(seed);
        VisitTable table = new();
        VisitTimers timers = new(table);
        long watermark = 1_704_067_200_000;
        HashSet<int> users = [];
        int number = 0;
        int fired = 0;
        for (int round = 0; round < 4_000; round++)
        {
            if (users.Count < 200)
            {
                byte[] id = BitConverter.GetBytes(number++);
                int user = table.Add(VisitTable.Hash(id), id);
                users.Add(user);
                SetDue(user, watermark + 1 + random.Next(4 * step));
            }

            int chosen = users.ElementAt(random.Next(users.Count));
            switch (random.Next(4))
            {
                case 0:
                    // The timer is not told: it looks when the old time has come.
                    table[chosen].DueMs += random.Next(2 * step);
                    break;
                case 1:
                    SetDue(chosen, watermark + 1 + random.Next(step));
                    break;
                case 2 when random.Next(4) == 0:
                    timers.Remove(chosen);
                    table.Remove(chosen);
                    users.Remove(chosen);
                    break;
            }

            // For a while nothing is known of the watermark, as in a lane of which one partition is still silent.
            if (round < 100)
            {
                continue;
            }

            watermark += random.Next(20) == 0 ? 10L * step : random.Next(step);
            timers.Advance(watermark);
            while (timers.TryTake(watermark, out int user))
            {
                Assert.Contains(user, users);
                fired++;
                if (table[user].DueMs <= watermark)
                {
                    table[user].DueMs = watermark + 1 + random.Next(4 * step);
                }

                timers.Set(user);
            }

            Assert.All(users, user => Assert.True(table[user].DueMs > watermark, $"user {user} was due at {table[user].DueMs}, and the watermark is {watermark}"));
        }

        Assert.True(fired > 1_000, $"Only {fired} timers fired.");

        void SetDue(int user, long dueMs)
        {
            table[user].DueMs = dueMs;
            timers.Set(user);
        }
    }
}
