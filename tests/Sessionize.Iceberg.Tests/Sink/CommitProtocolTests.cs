using System.Globalization;
using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>
/// State in files, a table on disk and dead letters in a file, as the tool has them: something happens before, behind and within each step of the commit
/// protocol, at every point in turn. Each time every session is in the table once, and every late or bad event in the file.
/// </summary>
public sealed class CommitProtocolTests : IDisposable
{
    private const int Events = 180;
    private const int EventsPerCommit = 70;
    private const int FewestPoints = 30;
    private const long StartMs = 1_704_067_200_000;

    private readonly IceCheck _java;
    private readonly ITestOutputHelper _output;
    private readonly TemporaryFolder _folder = new();
    private readonly ImmediateClock _clock = new();
    private readonly List<string> _lines = [];
    private readonly List<ClickstreamEvent> _good = [];
    private readonly SortedSet<(long Line, string Reason)> _bad = [];

    public CommitProtocolTests(IceCheck java, ITestOutputHelper output)
    {
        (_java, _output) = (java, output);
        MakeEvents();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Warehouse => _folder.File("warehouse");

    private string Letters => _folder.File("letters/late-and-bad.ndjson");

    private long EndMs => _good.Max(e => e.TimestampMs);

    public static MatrixTheoryData<FaultKind, bool> Cases => new(Enum.GetValues<FaultKind>(), [true, false]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Fault_AtEveryPointOfARun_EverySessionOnce(FaultKind kind, bool isFirstRun)
    {
        // The first run makes the table, the lanes and their first commit; the last one goes on from a state, and closes all.
        if (!isFirstRun)
        {
            await RunAsync(isLast: false, FaultPoint.None);
        }

        Copy(_folder.File("before"), from: _folder.Path);
        FaultPoint fault;
        int points = 0;
        do
        {
            Copy(_folder.Path, from: _folder.File("before"));
            fault = new FaultPoint(points++, kind, meanwhile: () => TakeOverAsync(isLast: !isFirstRun));
            await RunFaultyAsync(kind, isLast: !isFirstRun, fault);
            await RunAsync(isLast: true, FaultPoint.None);
            await AssertResultAsync(fault);
        }
        while (fault.WasReached);

        _output.WriteLine($"{points} points");
        Assert.True(points > FewestPoints, $"There were {points} points only.");
        await _java.VerifyAsync(Path.Combine(Warehouse, "sessions/user_sessions"), "--allow-orphans");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The run that something happens to: how it may end.</summary>
    private async Task RunFaultyAsync(FaultKind kind, bool isLast, FaultPoint fault)
    {
        try
        {
            await RunAsync(isLast, fault);
        }
        catch (SessionizeException failure) when (kind switch
        {
            FaultKind.Crash => failure.Message == FaultPoint.Crash,
            FaultKind.Failure => failure.IsTransient,
            _ => failure is SessionizationFencedException,
        })
        {
            // A supervisor starts it again.
        }
    }

    private async Task TakeOverAsync(bool isLast)
    {
        _clock.Advance(TimeSpan.FromHours(1));
        try
        {
            await RunAsync(isLast, FaultPoint.None);
        }
        catch (SessionizeException failure) when (failure.IsTransient && failure.Message.Contains(Letters, StringComparison.Ordinal))
        {
            // Who sleeps in the middle of writing letters holds their file: others cannot pass that, and say so.
        }
    }

    private async Task RunAsync(bool isLast, FaultPoint fault)
    {
        // The input has grown until the last run.
        string input = _folder.File("events.ndjson");
        await File.WriteAllLinesAsync(input, isLast ? _lines : _lines.Take(_lines.Count / 2), Token);
        IcebergTableOptions table = new() { Warehouse = Warehouse, Name = "sessions.user_sessions", Storages = { new FaultyStorageFactory(fault) } };
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .FromFiles(input)
            .WithTrigger(Trigger.UntilEnd(isLast ? EndClosing.CloseAll(EndMs) : EndClosing.LeaveOpen))
            .KeepStateIn(context => new FileSessionStateStore(new FaultyStorage(fault), Path.Combine(Warehouse, "_sessionize/state"), context.Pipeline, _clock))
            .DeadLettersTo(_ => new FaultyLetters(Letters, fault))
            .To(_ => new IcebergSessionSink(table, _clock)));
        definition.Options.MaxEventsPerTrigger = EventsPerCommit;
        definition.TimeProvider = _clock;
        await using SessionizationPipeline pipeline = new(definition);
        await pipeline.RunAsync(Token);
    }

    private async Task AssertResultAsync(FaultPoint fault)
    {
        IcebergTableOptions options = new() { Warehouse = Warehouse, Name = "sessions.user_sessions" };
        try
        {
            SessionRows.AssertEqual(SessionRows.OfOracle(_good, EndMs), await SessionRows.ReadAsync(options, Token));
            Assert.Equal(_bad, [.. ReadLetters()]);
            await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: Token);
            Assert.DoesNotContain((await table.VerifyAsync(Token)).Findings, finding => finding.Code != "orphan-file");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"A fault {fault.Where}: {failure.Message}", failure);
        }
    }

    private SortedSet<(long Line, string Reason)> ReadLetters()
    {
        SortedSet<(long, string)> letters = [];
        foreach (string line in File.ReadLines(Letters))
        {
            try
            {
                using JsonDocument letter = JsonDocument.Parse(line);
                letters.Add((letter.RootElement.GetProperty("line").GetInt64(), letter.RootElement.GetProperty("reason").GetString()!));
            }
            catch (JsonException)
            {
                // Half of one, by a process that crashed; whoever came next wrote it again.
            }
        }

        return letters;
    }

    /// <summary>A few users over ten days, every tenth line bad, every fifteenth one of somebody who comes much too late.</summary>
    private void MakeEvents()
    {
        Random random = new(4);
        long time = StartMs;
        for (int number = 1; number <= Events; number++)
        {
            if (number % 10 == 0)
            {
                _lines.Add("""{"uuid":"user-1","event_timestamp":""");
                _bad.Add((number, nameof(BadEventReason.MalformedJson)));
                continue;
            }

            time += random.Next(900_000);
            bool isLate = number % 15 == 1 && number > 15;
            ClickstreamEvent e = new(isLate ? "late" : $"user-{random.Next(6)}", isLate ? StartMs : time, $"page-{random.Next(5)}", number.ToString(CultureInfo.InvariantCulture));
            _lines.Add(FormattableString.Invariant(
                $$"""{"uuid":"{{e.UserId}}","event_timestamp":{{e.TimestampMs}},"page_name":"{{e.PageName}}","event_id":"{{e.EventId}}"}"""));
            if (isLate)
            {
                _bad.Add((number, DeadLetter.LateReason));
            }
            else
            {
                _good.Add(e);
            }
        }
    }

    /// <summary>Puts the places of table, state and letters back to what they were.</summary>
    private static void Copy(string to, string from)
    {
        foreach (string place in (string[])["warehouse", "letters"])
        {
            if (Directory.Exists(Path.Combine(to, place)))
            {
                Directory.Delete(Path.Combine(to, place), recursive: true);
            }

            foreach (string file in Directory.Exists(Path.Combine(from, place)) ? Directory.GetFiles(Path.Combine(from, place), "*", SearchOption.AllDirectories) : [])
            {
                string copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
