namespace Sessionize.Engine.Batch;

/// <summary>Bounded input: events spread over cells by threads that share nothing, then cells cut and given out, group after group.</summary>
/// <remarks>
/// First every <see cref="Spreader"/> is filled by a thread of its own, then <see cref="Seal"/> is called, then groups are cut by any
/// number of threads. Which thread read an event, and how much memory there was, does not show in the rows or their order.
/// </remarks>
internal sealed class BatchEngine : IDisposable
{
    /// <summary>Up to so many events, all rows come in the order of the users' ids.</summary>
    public const int SmallRunEvents = 65_536;

    /// <summary>Beyond, a group has about so many events: enough rows for a row group, and few enough for all threads to have work to the end.</summary>
    private const int GroupEvents = 512 * 1024;

    private readonly PipelinePlan _plan;
    private PageNames? _pages;

    /// <param name="plan">The rules and settings.</param>
    /// <param name="threads">How many threads fill it.</param>
    /// <param name="cellBytes">How much memory the cells of a thread may take; beyond it they go to a file.</param>
    /// <param name="tempFolder">Where the files go.</param>
    public BatchEngine(PipelinePlan plan, int threads, long cellBytes, string tempFolder)
    {
        _plan = plan;
        Spreaders = [.. Enumerable.Range(0, threads).Select(_ => new Spreader(plan, new EventCells(cellBytes, () => SpillFile.Create(tempFolder))))];
    }

    /// <summary>One for each thread.</summary>
    public IReadOnlyList<Spreader> Spreaders { get; }

    /// <summary>The groups in the order of their rows; known when sealed.</summary>
    public IReadOnlyList<CellGroup> Groups { get; private set; } = [];

    public long Events => Spreaders.Sum(spreader => spreader.Events);

    public long? HighestEventMs => Spreaders.Max(spreader => spreader.HighestEventMs) is var highest and >= 0 ? highest : null;

    /// <summary>Ends the taking in.</summary>
    public void Seal()
    {
        _pages = new PageNames(Spreaders);
        long events = Events;
        if (events <= SmallRunEvents)
        {
            Groups = [new CellGroup(0, EventCells.Count, CutAsOne: true)];
            return;
        }

        long count = (events + GroupEvents - 1) / GroupEvents;
        long before = 0;
        List<CellGroup> groups = [];
        for (int cell = 0; cell < EventCells.Count; cell++)
        {
            long group = before * count / events;
            if (groups.Count <= group)
            {
                groups.Add(new CellGroup(cell, 0, CutAsOne: false));
            }

            groups[^1] = groups[^1] with { Count = groups[^1].Count + 1 };
            before += Spreaders.Sum(spreader => spreader.Cells.CountOf(cell));
        }

        Groups = groups;
    }

    /// <summary>A cutter for one thread.</summary>
    /// <param name="places">Where the events came from.</param>
    /// <param name="endTimeMs">T of semantics section 2; not below the highest event time.</param>
    public CellCutter CreateCutter(IEventPlaces places, long endTimeMs) =>
        new(_plan, Spreaders, _pages ?? throw new InvalidOperationException("The engine still takes events: call Seal first."), places, endTimeMs);

    public void Dispose()
    {
        foreach (Spreader spreader in Spreaders)
        {
            spreader.Dispose();
        }
    }
}
