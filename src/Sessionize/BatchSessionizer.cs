using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.State;

namespace Sessionize;

/// <summary>Turns bounded input into sessions: files, or a host's own events.</summary>
/// <remarks>
/// The sink gets all sessions in one commit, or nothing. For one run; not thread-safe. Rows come by user, in the order of the ids'
/// UTF-8 bytes, then by time.
/// </remarks>
public sealed class BatchSessionizer
{
    private const int RowsAtOnce = 1024;

    private readonly SessionizationDefinition _definition;
    private readonly PipelinePlan _plan;
    private readonly IServiceProvider? _services;

    /// <summary>Checks a definition and makes a run of it.</summary>
    /// <param name="definition">The definition, with source and sink.</param>
    /// <param name="services">The container's services, for parts that need them.</param>
    /// <exception cref="SessionizationConfigurationException">The definition has mistakes; the message lists all of them.</exception>
    public BatchSessionizer(SessionizationDefinition definition, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _plan = new PipelinePlan(definition, isStreaming: false, MissingParts(definition));
        _definition = definition;
        _services = services;
    }

    /// <summary>Reads all input, cuts it, and commits the sessions.</summary>
    /// <param name="endTimeMs">T of semantics section 2, in milliseconds since the Unix epoch; <see langword="null"/>: the highest event time.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellationToken">Stops the run; then nothing is written.</param>
    /// <returns>What the run did.</returns>
    /// <exception cref="ArgumentOutOfRangeException">T is before 1970 or after the year 9999.</exception>
    /// <exception cref="SessionizeException">Input or output fail, a rule throws, or T lies below the highest event time; nothing is written.</exception>
    public async Task<SessionizationSummary> RunAsync(
        long? endTimeMs = null, IProgress<SessionizationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        EndClosing.ThrowIfNoTime(endTimeMs);
        Stopwatch watch = Stopwatch.StartNew();
        SessionizationContext context = PipelinePlan.ContextOf(_definition, _plan.Rules, _services);

        await using IEventSource source = _definition.Source!(context);
        IReadOnlyList<SourcePartition> partitions = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using ISessionSink sink = _definition.Sink!(context);
        await using IDeadLetterSink deadLetters = DeadLetterPlace.Make(_definition, context);
        await using InMemorySessionStateStore store = new();
        await sink.OpenAsync(new SinkOpening(_definition.Name, [], store), cancellationToken).ConfigureAwait(false);
        BatchEngine engine = new(_plan);
        SummaryCounts counts = new();
        try
        {
            await ReadAsync(engine, source, partitions, deadLetters, counts, progress, cancellationToken).ConfigureAwait(false);
            long end = EndTime(endTimeMs, engine);
            await WriteAsync(engine, end, partitions, sink, counts, progress, cancellationToken).ConfigureAwait(false);
            await deadLetters.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whatever stopped the run, the cancelled token included: nothing half-written stays behind.
            await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await CommitAsync(sink, context, cancellationToken).ConfigureAwait(false);
        return counts.ToSummary(engine, watch.Elapsed, endTimeMs ?? engine.HighestEventMs);
    }

    private static IEnumerable<string> MissingParts(SessionizationDefinition definition)
    {
        if (definition.Source is null)
        {
            yield return "There is no source: set Source, or call a builder method that begins with From.";
        }

        if (definition.Sink is null)
        {
            yield return "There is no sink: set Sink, or call a builder method that begins with To.";
        }

        if (definition.Followers.Count > 0)
        {
            yield return "There are further sinks (AlsoTo…), which only streaming writes: run the batch once more for each further sink.";
        }
    }

    private async Task ReadAsync(
        BatchEngine engine,
        IEventSource source,
        IReadOnlyList<SourcePartition> partitions,
        IDeadLetterSink deadLetters,
        SummaryCounts counts,
        IProgress<SessionizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<string, int> order = partitions.ToDictionary(partition => partition.Name, partition => partition.Order, StringComparer.Ordinal);
        EventBatch batch = new(_plan.Rules.Retained);
        List<DeadLetter> letters = [];
        while (await source.ReadAsync(batch, cancellationToken).ConfigureAwait(false) == SourceReadResult.Records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int partition = order[batch.Partition];
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.Reason(row) is var reason and not BadEventReason.None)
                {
                    string name = reason.ToString();
                    letters.Add(batch.ToDeadLetter(row, name));
                    counts.AddBad(name);
                    continue;
                }

                engine.Take(batch, row, partition);
            }

            if (letters.Count > 0)
            {
                await deadLetters.WriteAsync(letters, cancellationToken).ConfigureAwait(false);
                letters = [];
            }

            progress?.Report(new SessionizationProgress(engine.Events, counts.Bad, 0));
        }
    }

    private async Task WriteAsync(
        BatchEngine engine,
        long endTimeMs,
        IReadOnlyList<SourcePartition> partitions,
        ISessionSink sink,
        SummaryCounts counts,
        IProgress<SessionizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        string SourceOf(int partition) => partitions.First(known => known.Order == partition).Name;
        List<SessionChange> rows = new(RowsAtOnce);
        foreach (Session session in engine.Cut(endTimeMs, SourceOf))
        {
            counts.AddSession(session);
            rows.Add(new SessionChange(SessionChangeKind.Added, session));
            if (rows.Count == RowsAtOnce)
            {
                await sink.WriteAsync(rows, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new SessionizationProgress(engine.Events, counts.Bad, counts.Sessions));
                rows = new(RowsAtOnce);
            }
        }

        if (rows.Count > 0)
        {
            await sink.WriteAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        progress?.Report(new SessionizationProgress(engine.Events, counts.Bad, counts.Sessions));
    }

    private async Task CommitAsync(ISessionSink sink, SessionizationContext context, CancellationToken cancellationToken)
    {
        SinkCommit commit = new(_definition.Name, Guid.NewGuid(), []);
        CommitDecision decision = new(sink, _definition.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize"));
        if (await decision.TakeAsync(commit, cancellationToken).ConfigureAwait(false) == SinkCommitOutcome.Refused)
        {
            await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
            throw new SessionizeException($"The sink of '{_definition.Name}' refused the commit; nothing was written.");
        }
    }

    private static long EndTime(long? endTimeMs, BatchEngine engine)
    {
        if (endTimeMs < engine.HighestEventMs)
        {
            throw new SessionizeException(
                $"The end time {endTimeMs} ms lies before the highest event time, {engine.HighestEventMs} ms: give an end time that is not below it.");
        }

        return endTimeMs ?? engine.HighestEventMs ?? 0;
    }
}
