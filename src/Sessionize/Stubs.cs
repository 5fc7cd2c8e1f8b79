#pragma warning disable IDE0055
#pragma warning disable IDE0161
// Placeholders until the real types land from other branches: whoever brings the real type deletes its placeholder here.
namespace Sessionize.Sinks { internal sealed class NdjsonDeadLetterSink(string p) : IDeadLetterSink { public ValueTask WriteAsync(IReadOnlyList<DeadLetter> l, CancellationToken c) => p == "" ? default : default; public ValueTask FlushAsync(CancellationToken c) => default; public ValueTask DisposeAsync() => default; } }
