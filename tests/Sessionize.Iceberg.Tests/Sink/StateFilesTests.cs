using Sessionize.Iceberg.Tests.Support;
using Sessionize.S3;
using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Pipelines to a table whose state is in files beside it: runs that crash before or behind each step of the store give every session once.</summary>
public sealed class StateFilesTests(S3Server s3, RestCatalogServer rest) : IAsyncDisposable
{
    private const int Events = 1200;
    private const int Runs = 6;
    private const string Crash = "The process ends here.";

    private readonly TablePlaces _places = new(s3, rest);
    private readonly TemporaryFolder _folder = new();
    private readonly ClickstreamEvent[] _log = NewLog();

    public static TheoryData<TablePlaceKind> Kinds => [TablePlaceKind.HadoopLocal, TablePlaceKind.HadoopS3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Runs_OverGrowingInputCrashedAtEveryStep_GiveEverySessionOnce(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        string input = _folder.File("events.ndjson");
        int crashes = 0;
        for (int run = 1; run <= Runs; run++)
        {
            await File.WriteAllLinesAsync(input, _log.Take(Events * run / Runs).Select(Line), Token);
            EndClosing closing = run == Runs ? EndClosing.CloseAll(_log[^1].TimestampMs) : EndClosing.LeaveOpen;
            for (int step = 0; !await TryRunAsync(place, input, closing, step); step++)
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, Runs * 3, Runs * 12);
        Session[] expected = [.. _log.Sessionize(SessionizationDefinition.Build(sessions => sessions
            .WithIds(SessionIds.StartTime).WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll(_log[^1].TimestampMs)))))];
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: Token);
        List<string> rows = [];
        await foreach (Session session in table.ReadAsync(new SessionQuery(), Token))
        {
            rows.Add(Describe(session));
        }

        Assert.Equal(expected.Select(Describe).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _folder.Dispose();
    }

    private static ClickstreamEvent[] NewLog()
    {
        Random random = new(8);
        long time = 1_704_067_200_000;
        return [.. Enumerable.Range(0, Events).Select(_ => new ClickstreamEvent($"user{random.Next(12)}", time += random.Next(200_000), $"page{random.Next(6)}"))];
    }

    private static string Line(ClickstreamEvent e) => FormattableString.Invariant($$"""{"uuid":"{{e.UserId}}","event_timestamp":{{e.TimestampMs}},"page_name":"{{e.PageName}}"}""");

    private static string Describe(Session session) => FormattableString.Invariant(
        $"{session.SessionId} {session.StartMs} {session.EndMs} {session.EventCount} {session.EndReason} {string.Join(',', session.PagesVisited)}");

    /// <returns>Whether the run ended before its crash was reached.</returns>
    private static async Task<bool> TryRunAsync(TablePlace place, string input, EndClosing closing, int crashAt)
    {
        IcebergTableOptions options = place.Options();
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .FromFiles(input)
            .WithTrigger(Trigger.UntilEnd(closing))
            .KeepStateIn(context => new CrashingStore(NewStore(options, context.Pipeline), crashAt))
            .DeadLettersTo(_ => new InMemoryDeadLetterSink())
            .To(_ => new IcebergSessionSink(options)));
        try
        {
            await new SessionizationPipeline(definition).RunAsync(Token);
            return true;
        }
        catch (SessionizeException failure) when (failure.Message == Crash)
        {
            return false;
        }
    }

    private static FileSessionStateStore NewStore(IcebergTableOptions options, string pipeline)
    {
        S3FileStorageFactory factory = new();
        IFileStorage storage = factory.Handles(options.Warehouse) ? factory.Create(options.CatalogProperties.AsReadOnly(), null) : new LocalFileStorage();
        return new FileSessionStateStore(storage, $"{options.Warehouse}/_sessionize/{pipeline}/state", pipeline);
    }

    /// <summary>The process ends before or behind one of the calls.</summary>
    private sealed class CrashingStore(ISessionStateStore inner, int crashAt) : ISessionStateStore
    {
        private int _step;

        public ValueTask PrepareAsync(
            LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
            StepAroundAsync(() => inner.PrepareAsync(lane, version, basedOn, write, cancellationToken));

        public ValueTask LoadAsync(LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken) =>
            inner.LoadAsync(lane, version, read, cancellationToken);

        public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken) =>
            StepAroundAsync(() => inner.ConfirmAsync(lane, version, cancellationToken));

        public ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken) => inner.ReadCommitAsync(pipeline, cancellationToken);

        public ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken) =>
            inner.WriteCommitAsync(replaces, commit, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async ValueTask StepAroundAsync(Func<ValueTask> call)
        {
            Step();
            await call();
            Step();
        }

        private void Step()
        {
            if (_step++ == crashAt)
            {
                throw new SessionizeException(Crash);
            }
        }
    }
}
