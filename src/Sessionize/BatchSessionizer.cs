using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;

namespace Sessionize;

/// <summary>Turns bounded input into sessions: files, or a host's own events.</summary>
/// <remarks>
/// <para>The sink gets all sessions in one commit, or nothing. For one run; not thread-safe.</para>
/// <para>A user's rows follow one another by time. Of runs of up to 65,536 events, users come in the order of their ids' UTF-8 bytes; of
/// larger ones by the highest byte of Spark's hash of the id first. The order depends on nothing else: not on the threads, nor on the memory.</para>
/// </remarks>
public sealed class BatchSessionizer
{
    private readonly SessionizationDefinition _definition;
    private readonly PipelinePlan _plan;
    private readonly IServiceProvider? _services;
    private readonly int _threads;
    private readonly long _cellBytes;
    private readonly string _tempFolder;

    /// <summary>Checks a definition and makes a run of it.</summary>
    /// <param name="definition">The definition, with source and sink.</param>
    /// <param name="services">The container's services, for parts that need them.</param>
    /// <param name="options">What the run may take of the machine; <see langword="null"/>: all processors, and memory for all events.</param>
    /// <exception cref="SessionizationConfigurationException">The definition has mistakes; the message lists all of them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">Memory is limited, and there is no such folder for temporary files.</exception>
    public BatchSessionizer(SessionizationDefinition definition, IServiceProvider? services = null, BatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        options ??= new BatchOptions();
        options.ThrowIfOutOfRange();
        (_threads, _cellBytes, _tempFolder) = (options.Threads, options.CellBytes, options.TempFolder);
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
        using BatchEngine engine = new(_plan, _threads, _cellBytes, _tempFolder);
        SummaryCounts counts = new();
        try
        {
            BatchReader reader = new(_plan, engine, counts, deadLetters, progress);
            using FileEventPlaces? files = source is FileEventSource lines ? new FileEventPlaces(lines.Files, lines.Parser, _plan.Rules) : null;
            await (files is null
                ? reader.ReadAsync(source, partitions, cancellationToken)
                : reader.ReadAsync((FileEventSource)source, files, cancellationToken)).ConfigureAwait(false);
            long end = EndTime(endTimeMs, engine);
            engine.Seal();
            IEventPlaces places = files ?? (IEventPlaces)new RecordEventPlaces(rank => partitions.First(known => known.Order == rank).Name);
            await new BatchWriter(engine, counts, sink, progress).WriteAsync(places, end, cancellationToken).ConfigureAwait(false);
            await deadLetters.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whatever stopped the run, the cancelled token included: nothing half-written stays behind.
            await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await CommitAsync(sink, context, cancellationToken).ConfigureAwait(false);
        return counts.ToSummary(engine.Events, watch.Elapsed, endTimeMs ?? engine.HighestEventMs);
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
