#pragma warning disable IDE0055
// Placeholders until the real types land from other branches: whoever brings the real type deletes its placeholder here.
namespace Sessionize.Parsing { internal sealed class JsonEventParser(SessionizationOptions o, EventFields f) : IEventParser { public BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch) => f.Count + o.MaxLineBytes > 0 ? BadEventReason.None : 0; } }
namespace Sessionize.Sinks { internal sealed class NdjsonDeadLetterSink(string p) : IDeadLetterSink { public ValueTask WriteAsync(IReadOnlyList<DeadLetter> l, CancellationToken c) => p == "" ? default : default; public ValueTask FlushAsync(CancellationToken c) => default; public ValueTask DisposeAsync() => default; } }
