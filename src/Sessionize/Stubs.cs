#pragma warning disable IDE0055, IDE0161
// Placeholders until the real types land from other branches: whoever brings the real type deletes its placeholder here.
namespace Sessionize.Parsing { internal sealed class JsonEventParser(SessionizationOptions o, EventFields f) : IEventParser { public BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch) => f.Count + o.MaxLineBytes > 0 ? BadEventReason.None : 0; } }
