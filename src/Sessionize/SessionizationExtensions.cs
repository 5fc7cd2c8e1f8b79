using System.Runtime.CompilerServices;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Sessionize.Sinks;
using Sessionize.Sources;

namespace Sessionize;

/// <summary>Sessions of a host's own events, without a container, a store or a sink.</summary>
/// <remarks>
/// Bad and late events go to the definition's dead letters; without a place for them, to a file in the working folder
/// (<see cref="SessionizationDefinition.DeadLetters"/>).
/// </remarks>
public static class SessionizationExtensions
{
    private const string ItemsName = "items";
    private const int ItemsAtOnce = 256;

    /// <summary>Sessionizes bounded events; they are read when the first session is asked for.</summary>
    /// <param name="events">The events, in any order; their order is the source order of semantics section 1.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <returns>The sessions, in the order of <see cref="BatchSessionizer"/>.</returns>
    public static IEnumerable<Session> Sessionize(this IEnumerable<ClickstreamEvent> events, SessionizationDefinition? definition = null) =>
        events.Sessionize(e => e, definition);

    /// <summary>Sessionizes bounded items of the host's own type.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="map">Makes an event of an item.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <returns>The sessions, in the order of <see cref="BatchSessionizer"/>.</returns>
    public static IEnumerable<Session> Sessionize<T>(
        this IEnumerable<T> items, Func<T, ClickstreamEvent> map, SessionizationDefinition? definition = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        return items.Sessionize(new ClickstreamEventMapper<T>(map), definition);
    }

    /// <summary>Sessionizes bounded items of the host's own type, without an object an event.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="mapper">Sets the fields of an event from an item.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <returns>The sessions, in the order of <see cref="BatchSessionizer"/>.</returns>
    public static IEnumerable<Session> Sessionize<T>(
        this IEnumerable<T> items, IEventMapper<T> mapper, SessionizationDefinition? definition = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(mapper);
        return Cut(items, mapper, definition ?? new SessionizationDefinition());
    }

    /// <summary>Sessionizes events as they come; a session comes out as soon as the watermark closes it, the rest at the end.</summary>
    /// <param name="events">The events, in the order of their arrival.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The sessions.</returns>
    public static IAsyncEnumerable<Session> Sessionize(
        this IAsyncEnumerable<ClickstreamEvent> events, SessionizationDefinition? definition = null, CancellationToken cancellationToken = default) =>
        events.Sessionize(e => e, definition, cancellationToken);

    /// <summary>Sessionizes items of the host's own type as they come.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="items">The items, in the order of their arrival.</param>
    /// <param name="map">Makes an event of an item.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The sessions.</returns>
    public static IAsyncEnumerable<Session> Sessionize<T>(
        this IAsyncEnumerable<T> items,
        Func<T, ClickstreamEvent> map,
        SessionizationDefinition? definition = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        return items.Sessionize(new ClickstreamEventMapper<T>(map), definition, cancellationToken);
    }

    /// <summary>Sessionizes items of the host's own type as they come, without an object an event.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="items">The items, in the order of their arrival.</param>
    /// <param name="mapper">Sets the fields of an event from an item.</param>
    /// <param name="definition">The rules and settings; <see langword="null"/>: the default rules.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The sessions.</returns>
    public static IAsyncEnumerable<Session> Sessionize<T>(
        this IAsyncEnumerable<T> items,
        IEventMapper<T> mapper,
        SessionizationDefinition? definition = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(mapper);
        return CutAsync(items, mapper, definition ?? new SessionizationDefinition(), cancellationToken);
    }

    private static IEnumerable<Session> Cut<T>(IEnumerable<T> items, IEventMapper<T> mapper, SessionizationDefinition definition)
    {
        PipelinePlan plan = new(definition, isStreaming: false);
        using BatchEngine engine = new(plan, threads: 1, long.MaxValue, tempFolder: "");
        Spreader spreader = engine.Spreaders[0];
        EventBatch batch = new(plan.Rules.Retained);
        batch.Begin(ItemsName);
        List<DeadLetter> letters = [];
        long position = 0;
        foreach (T item in items)
        {
            batch.AddItem(new RecordOrigin(position++), item, mapper);
            if (batch.Reason(batch.Count - 1) is var reason and not BadEventReason.None)
            {
                letters.Add(batch.ToDeadLetter(batch.Count - 1, reason.ToString()));
            }

            if (batch.Count == ItemsAtOnce)
            {
                spreader.Take(batch, partition: 0);
                batch.Begin(ItemsName);
            }
        }

        spreader.Take(batch, partition: 0);
        if (letters.Count > 0)
        {
            WriteAsync(definition, plan, letters).AsTask().GetAwaiter().GetResult();
        }

        engine.Seal();
        using CellCutter cutter = engine.CreateCutter(new RecordEventPlaces(_ => ItemsName), engine.HighestEventMs ?? 0);
        List<Session> sessions = [];
        foreach (CellGroup group in engine.Groups)
        {
            sessions.Clear();
            cutter.Cut(group, new SessionBatch(), rows => sessions.AddRange(Enumerable.Range(0, rows.Count).Select(rows.ToSession)));
            foreach (Session session in sessions)
            {
                yield return session;
            }
        }
    }

    private static async IAsyncEnumerable<Session> CutAsync<T>(
        IAsyncEnumerable<T> items,
        IEventMapper<T> mapper,
        SessionizationDefinition definition,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipelinePlan plan = new(definition, isStreaming: true);
        Lane lane = new(new LaneId(0), plan, [new SourcePartition(ItemsName, new LaneId(0), 0)]);
        LanePartition partition = lane.Partitions[0];
        EventBatch batch = new(plan.Rules.Retained);
        long position = 0;
        await foreach (T item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            batch.Begin(ItemsName);
            batch.AddItem(new RecordOrigin(position++), item, mapper);
            lane.Take(batch, 0, partition);
            if (lane.DeadLetters.Count > 0)
            {
                await WriteAsync(definition, plan, lane.TakeDeadLetters()).ConfigureAwait(false);
            }

            foreach (SessionChange change in lane.TakeClosed())
            {
                yield return change.Session;
            }
        }

        if (lane.HighestEventMs is { } end)
        {
            lane.CloseAll(end);
        }

        foreach (SessionChange change in lane.TakeClosed())
        {
            yield return change.Session;
        }
    }

    private static async ValueTask WriteAsync(SessionizationDefinition definition, PipelinePlan plan, List<DeadLetter> letters)
    {
        await using IDeadLetterSink sink = DeadLetterPlace.Make(definition, PipelinePlan.ContextOf(definition, plan.Rules, services: null));
        await sink.WriteAsync(letters, CancellationToken.None).ConfigureAwait(false);
        await sink.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

}
