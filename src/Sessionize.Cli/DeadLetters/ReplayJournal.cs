using System.Globalization;
using System.Text;
using System.Text.Json;
using Sessionize.Cli.Output;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Cli.DeadLetters;

/// <summary>What was sent again, in a file beside the dead letters; it is only added to.</summary>
/// <remarks>
/// Lines of JSON: the journal's id; before each transaction where the topic's partitions end and which records come; after it whether they were sent. A
/// line is on disk before anything follows from it. Held by one process at a time.
/// </remarks>
internal sealed class ReplayJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;
    private readonly HashSet<(string Topic, string TopicId, string Id)> _sent = [];

    private ReplayJournal(FileStream file, string path) => (_file, _path) = (file, path);

    /// <summary>The id of the journal, which no other one has.</summary>
    public string Id { get; private set; } = "";

    /// <summary>The transaction of which it is not known whether it was committed.</summary>
    public PendingReplay? Pending { get; private set; }

    /// <summary>Opens a journal, or begins one.</summary>
    /// <exception cref="SessionizeException">Another process has it, or it cannot be written or read.</exception>
    public static ReplayJournal Open(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            ReplayJournal journal = new(file, path);
            try
            {
                journal.Read();
                return journal;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot use the journal of what was replayed, '{path}': {failure.Message.TrimEnd('.')}. Let the other process end that has it, or choose another place with --journal.", failure);
        }
    }

    /// <summary>Whether a record was sent to a topic.</summary>
    public bool HasSent(KnownTopic topic, string id) => _sent.Contains((topic.Name, topic.Id, id));

    /// <summary>Notes that records are going to be sent.</summary>
    public void Begin(PendingReplay pending)
    {
        Pending = pending;
        Write(json =>
        {
            json.WriteString("topic", pending.Topic);
            json.WriteString("topic_id", pending.TopicId);
            json.WriteStartObject("ends");
            foreach ((int partition, long end) in pending.Ends)
            {
                json.WriteNumber(partition.ToString(CultureInfo.InvariantCulture), end);
            }

            json.WriteEndObject();
            json.WriteTexts("sending", pending.Ids);
        });
    }

    /// <summary>Notes what became of them.</summary>
    public void End(bool wasSent)
    {
        Write(json => json.WriteBoolean("sent", wasSent));
        Close(wasSent);
    }

    public void Dispose() => _file.Dispose();

    private void Close(bool wasSent)
    {
        if (wasSent && Pending is { } pending)
        {
            _sent.UnionWith(pending.Ids.Select(id => (pending.Topic, pending.TopicId, id)));
        }

        Pending = null;
    }

    private void Read()
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);

        // What a killed process left of a line: nothing has followed from it.
        int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _file.SetLength(end);
        _file.Position = end;
        foreach (string line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                Take(line);
            }
            catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw Foreign(failure);
            }
        }

        if (Id.Length == 0)
        {
            if (end > 0)
            {
                throw Foreign(null);
            }

            Id = Guid.NewGuid().ToString("N");
            Write(json => json.WriteString("journal", Id));
        }
    }

    private void Take(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("journal", out JsonElement id))
        {
            Id = id.GetString()!;
        }
        else if (root.TryGetProperty("sending", out JsonElement ids))
        {
            Pending = new PendingReplay(
                root.GetProperty("topic").GetString()!,
                root.GetProperty("topic_id").GetString()!,
                root.GetProperty("ends").EnumerateObject().ToDictionary(end => int.Parse(end.Name, CultureInfo.InvariantCulture), end => end.Value.GetInt64()),
                [.. ids.EnumerateArray().Select(record => record.GetString()!)]);
        }
        else
        {
            Close(root.GetProperty("sent").GetBoolean());
        }
    }

    private void Write(Action<Utf8JsonWriter> write)
    {
        _file.Write(Encoding.UTF8.GetBytes(JsonText.Of(write) + "\n"));
        _file.Flush(flushToDisk: true);
    }

    private SessionizeException Foreign(Exception? cause) =>
        new($"'{_path}' is no journal of what was replayed, or damaged: name another place with --journal; without the journal, what was sent is sent once more.", cause);
}
