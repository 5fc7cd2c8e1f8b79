using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sessionize.Tests.Diagnostics;

/// <summary>Listens to the meters of one factory, which no other test has.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> _seen = new();

    public MeterRecorder(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                Published.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentQueue<Instrument> Published { get; } = new();

    /// <summary>What was recorded, and what the observable instruments say now.</summary>
    public IReadOnlyList<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> Collect()
    {
        List<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> recorded = [.. _seen.Where(seen => !seen.Instrument.IsObservable)];
        _seen.Clear();
        recorded.ForEach(_seen.Enqueue);
        _listener.RecordObservableInstruments();
        return [.. _seen];
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen.Enqueue((instrument, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
}
