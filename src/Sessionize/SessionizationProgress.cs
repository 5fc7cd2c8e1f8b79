namespace Sessionize;

/// <summary>How far a run is.</summary>
/// <param name="Events">The events taken in so far.</param>
/// <param name="BadEvents">The bad events so far.</param>
/// <param name="Sessions">The sessions written so far.</param>
public readonly record struct SessionizationProgress(long Events, long BadEvents, long Sessions);
