using System.Globalization;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Cli.Demonstration;

/// <summary>The Iceberg table of a demonstration, which is asked for one day of one user.</summary>
/// <param name="folder">The warehouse; <see langword="null"/> for a new temporary folder, which stays, so that the table can be queried.</param>
/// <param name="change">Sets what is not as usual.</param>
internal sealed class DemoTable(string? folder, Action<IcebergTableOptions>? change = null)
{
    // A second demonstration in the same folder finds its sessions there, and adds them no second time.
    private const string RunId = "demo";

    private readonly int _buckets = new SessionizationOptions().UserHashBuckets;

    /// <summary>The table's options.</summary>
    public IcebergTableOptions Options { get; } = OptionsOf(folder, change);

    /// <summary>The folder of the table's warehouse.</summary>
    public string Warehouse => Options.Warehouse;

    /// <summary>The table's name.</summary>
    public string Name => Options.Name;

    /// <summary>Writes the sessions as <c>batch --table</c> does it, unless they are there.</summary>
    /// <param name="definition">The source and the rules.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">The folder cannot be written.</exception>
    public Task WriteAsync(SessionizationDefinition definition, CancellationToken cancellationToken)
    {
        definition.Options.Ids = SessionIds.StartTime;
        Options.RunId = RunId;
        definition.Sink = _ => new IcebergSessionSink(Options);
        return new BatchSessionizer(definition).RunAsync(cancellationToken: cancellationToken);
    }

    /// <summary>How many sessions ended by each reason, the most frequent first.</summary>
    public async Task<IReadOnlyList<(string Reason, int Sessions)>> CountAsync(CancellationToken cancellationToken)
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(Options, cancellationToken: cancellationToken).ConfigureAwait(false);
        Dictionary<string, int> reasons = [];
        await foreach (Session session in table.ReadAsync(new SessionQuery(), cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            reasons[session.EndReason] = reasons.GetValueOrDefault(session.EndReason) + 1;
        }

        return [.. reasons.OrderByDescending(reason => reason.Value).Select(reason => (reason.Key, reason.Value))];
    }

    /// <summary>The sessions of a user on the day of one of them, and what had to be opened for them.</summary>
    public async Task<(IReadOnlyList<Session> Sessions, ScanCounts Counts)> QueryAsync(Session of, CancellationToken cancellationToken)
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(Options, cancellationToken: cancellationToken).ConfigureAwait(false);
        SessionQuery query = new() { Dates = [DayOf(of)], UserId = of.UserId, BucketCount = _buckets };
        TableScan scan = await table.ScanAsync(query, cancellationToken).ConfigureAwait(false);
        List<Session> sessions = [];
        await foreach (Session session in table.ReadAsync(scan, limit: null, cancellationToken).ConfigureAwait(false))
        {
            sessions.Add(session);
        }

        return (sessions, scan.Plan.Counts);
    }

    /// <summary>The command line of the query.</summary>
    public string QueryLine(Session of) => string.Create(
        CultureInfo.InvariantCulture,
        $"sessionize table query {Name} --warehouse {ShellText.Quoted(Warehouse)} --date {DayOf(of):yyyy-MM-dd} --user {of.UserId} --buckets {_buckets}");

    private static IcebergTableOptions OptionsOf(string? folder, Action<IcebergTableOptions>? change)
    {
        IcebergTableOptions options = new() { Warehouse = folder ?? NewFolder() };
        change?.Invoke(options);
        return options;
    }

    private static DateOnly DayOf(Session session) => DateOnly.FromDateTime(session.StartTime.UtcDateTime);

    private static string NewFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("sessionize-demo-").FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot make a temporary folder: {failure.Message.TrimEnd('.')}. Name a folder with --warehouse.", failure);
        }
    }
}
