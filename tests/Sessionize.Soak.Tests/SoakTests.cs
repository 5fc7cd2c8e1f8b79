using System.Globalization;
using Xunit;

[assembly: AssemblyFixture(typeof(IceCheck))]

namespace Sessionize.Soak.Tests;

/// <summary>Kafka to sessions to Iceberg, while processes are killed and stopped, and servers go and come back: every session once.</summary>
/// <remarks>How long, with which group protocol, table and seed: <see cref="SoakOptions"/>. A soak that fails leaves its logs, and says where.</remarks>
public sealed class SoakTests(IceCheck java, ITestOutputHelper output)
{
    private const int MostLinesShown = 80;
    private const int WatermarkDelayMs = 600_000;

    [Fact]
    public async Task ThreeProcesses_KilledStoppedAndCutOff_GiveEverySessionOnce()
    {
        SoakOptions options = SoakOptions.Read(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        output.WriteLine($"{options}");
        string folder = Directory.CreateTempSubdirectory("sessionize-soak-").FullName;
        Diary diary = new(Path.Combine(folder, "soak.log"));
        diary.Write($"{options}");
        await using KafkaBroker broker = new();
        await broker.StartAsync();
        await using SoakPlace place = await SoakPlace.StartAsync(options.Place, folder);
        try
        {
            await RunAsync(new Soak(options, broker, place, folder, diary), place, options, diary);
        }
        catch (Exception)
        {
            File.Copy(broker.LogFile, Path.Combine(folder, "broker.log"));
            if (place.Catalog is not null)
            {
                File.Copy(place.Catalog.LogFile, Path.Combine(folder, "catalog.log"));
            }

            foreach (string log in Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal))
            {
                output.WriteLine($"== {log}, its end");
                output.WriteLine(string.Join('\n', File.ReadLines(log).TakeLast(MostLinesShown)));
            }

            output.WriteLine($"== all logs: {folder}; the same again: {options}");
            throw;
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task RunAsync(Soak soak, SoakPlace place, SoakOptions options, Diary diary)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await soak.RunAsync(cancellationToken);
        TopicLog log = soak.Log;
        Assert.True(log.MostDisorderMs < WatermarkDelayMs, $"An event came {log.MostDisorderMs} ms behind another one: the producer mixed up their order.");
        await soak.CloseAsync(cancellationToken);

        IReadOnlyList<Session> expected = SessionRows.OfOracle(log.Events, log.Events.Max(e => e.TimestampMs));
        SessionRows.AssertEqual(expected, await SessionRows.ReadAsync(place.Options(), cancellationToken));
        Assert.Equal(log.Bad.Order(), soak.Letters().Distinct().Order());

        // Killed processes leave files that no snapshot names.
        string[] scope = options.Length > TimeSpan.FromMinutes(5) ? ["--allow-orphans", "--current-only"] : ["--allow-orphans"];
        await java.VerifyAsync(place.Address, scope);
        IEnumerable<string> ids = (await java.ReadAsync(place.Address, "--select", "session_id")).Column("session_id").Select(id => id.GetString()!);
        Assert.Equal(expected.Select(session => session.SessionId).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
        Assert.Empty(diary.Wrong);

        int snapshots = (await java.DescribeAsync(place.Address)).GetProperty("snapshots").GetArrayLength();
        string summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{log.Records} records, {expected.Count} sessions, {soak.RowsBeforeTheEnd} of them committed before the faults ended, {snapshots} commits; {diary.Counts}");
        output.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("SESSIONIZE_SOAK_SUMMARY") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, $"{options}: {summary}\n", cancellationToken);
        }
    }
}
