using System.Text;
using Confluent.Kafka;
using Sessionize.Sinks;

namespace Sessionize.Kafka.Producing;

/// <summary>Makes messages of sessions: the key is the id, the value the row as in NDJSON files, without its line's end; retracted ones have no value.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SessionMessages : IDisposable
{
    private readonly MemoryStream _json = new();
    private readonly SessionBatch _row = new();
    private readonly NdjsonSessionWriter _writer;

    public SessionMessages() => _writer = new NdjsonSessionWriter(_json);

    public Message<byte[], byte[]> Of(SessionChange change) => new()
    {
        Key = Encoding.UTF8.GetBytes(change.Session.SessionId),
        Value = change.Kind == SessionChangeKind.Added ? JsonOf(change.Session) : null!,
    };

    public void Dispose()
    {
        _writer.Dispose();
        _json.Dispose();
    }

    private byte[] JsonOf(Session session)
    {
        _json.SetLength(0);
        _row.Clear();
        _row.Add(session);
        _writer.Write(_row);
        return _json.GetBuffer().AsSpan(0, (int)_json.Length - 1).ToArray();
    }
}
