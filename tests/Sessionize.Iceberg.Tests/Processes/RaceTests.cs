using System.Globalization;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Processes;

/// <summary>Processes that commit to one table at once, with their states in files: every row once, a linear history, and each process finds the state of its last commit.</summary>
/// <remarks>SESSIONIZE_RACE_COMMITS chooses how many commits each of the eight makes, SESSIONIZE_KILL_ROUNDS how often processes are killed.</remarks>
public sealed class RaceTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private const int Racers = 8;
    private const int RowsPerCommit = 3;
    private const int Killed = 137;

    private static readonly int s_killRounds = Number("SESSIONIZE_KILL_ROUNDS", 10);

    private readonly TablePlaces _places = new(s3, rest);

    /// <summary>How many commits a racer makes.</summary>
    internal static int Commits { get; } = Number("SESSIONIZE_RACE_COMMITS", 25);

    /// <summary>How often processes that write to one table are killed.</summary>
    internal static int KillsOfATable { get; } = Math.Min(s_killRounds, 20);

    public static TheoryData<TablePlaceKind> Kinds => TablePlaces.Kinds;

    /// <summary>Tables in which processes are killed: an audit takes the longer, the more was committed before.</summary>
    public static TheoryData<int> KillTables => [.. Enumerable.Range(0, s_killRounds / KillsOfATable)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task EightProcesses_OneTable_EveryRowOnce(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        Racer[] racers = [.. Enumerable.Range(0, Racers).Select(lane => Racer.Start(place, lane, Commits))];
        try
        {
            int[] ends = await Task.WhenAll(racers.Select(racer => racer.EndAsync()));
            Assert.All(ends, end => Assert.Equal(0, end));
        }
        finally
        {
            Array.ForEach(racers, racer => racer.Dispose());
        }

        // The audit sees to the chain of parents, and to orphans.
        await java.VerifyAsync(place.Address);
        await AssertRowsAsync(place, Racers, Commits);
    }

    [Fact]
    public async Task Zombie_StoppedWhileAnotherTakesItsLane_IsFenced()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.SqliteLocal);
        using Racer zombie = Racer.Start(place, 0, Commits);
        zombie.WaitForStart(3);
        zombie.Signal("STOP");
        using (Racer owner = Racer.Start(place, 0, Commits))
        {
            Assert.Equal(0, await owner.EndAsync());
        }

        zombie.Signal("CONT");
        Assert.Equal(4, await zombie.EndAsync());
        await java.VerifyAsync(place.Address, "--allow-orphans");
        await AssertRowsAsync(place, lanes: 1, Commits);
    }

    [Theory]
    [MemberData(nameof(KillTables))]
    public async Task KilledProcesses_StartedAgain_EveryRowOnce(int table)
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        Random random = new(20240506 + table);
        const int commitsPerRound = 5;
        int commits = KillsOfATable * commitsPerRound;
        for (int round = 0; round < KillsOfATable; round++)
        {
            using Racer racer = Racer.Start(place, 0, commits);
            racer.WaitForStart((round * commitsPerRound) + 1);

            // Anywhere in the commit: the spread is over more than one takes.
            await Task.Delay(random.Next(25), TestContext.Current.CancellationToken);
            racer.Kill();
            Assert.InRange(await racer.EndAsync(), 0, Killed);
            await java.VerifyAsync(place.Address, "--allow-orphans");
        }

        using Racer last = Racer.Start(place, 0, commits);
        Assert.Equal(0, await last.EndAsync());
        await java.VerifyAsync(place.Address, "--allow-orphans");
        await AssertRowsAsync(place, lanes: 1, commits);
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    private async Task AssertRowsAsync(TablePlace place, int lanes, int commits)
    {
        string[] expected =
        [
            .. from lane in Enumerable.Range(0, lanes)
               from commit in Enumerable.Range(0, commits)
               from row in Enumerable.Range(0, RowsPerCommit)
               select $"l{lane}-c{commit}-r{row}",
        ];
        IEnumerable<string> actual = (await java.ReadAsync(place.Address, "--select", "session_id")).Column("session_id").Select(id => id.GetString()!);
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static int Number(string variable, int fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
