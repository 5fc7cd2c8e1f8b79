using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>The functions of the librdkafka that Confluent.Kafka has loaded, of which it offers none that takes many records at once.</summary>
internal sealed unsafe class NativeClient
{
    private const string Library = "librdkafka";
    private const string MemoryMap = "/proc/self/maps";

    private static readonly Lazy<NativeClient?> s_loaded = new(Find);

    private NativeClient(nint library)
    {
        GetConsumerQueue = (delegate* unmanaged[Cdecl]<nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_queue_get_consumer");
        DestroyQueue = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "rd_kafka_queue_destroy");
        TakeBatch = (delegate* unmanaged[Cdecl]<nint, int, NativeRecord**, nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_consume_batch_queue");
        DestroyRecord = (delegate* unmanaged[Cdecl]<NativeRecord*, void>)NativeLibrary.GetExport(library, "rd_kafka_message_destroy");
        ErrorText = (delegate* unmanaged[Cdecl]<NativeRecord*, nint>)NativeLibrary.GetExport(library, "rd_kafka_message_errstr");
        FatalError = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)NativeLibrary.GetExport(library, "rd_kafka_fatal_error");
        TopicName = (delegate* unmanaged[Cdecl]<nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_topic_name");

        // It reads two numbers: telling the garbage collector that the thread is away would take longer.
        Timestamp = (delegate* unmanaged[Cdecl, SuppressGCTransition]<NativeRecord*, int*, long>)NativeLibrary.GetExport(library, "rd_kafka_message_timestamp");
    }

    public delegate* unmanaged[Cdecl]<nint, nint> GetConsumerQueue { get; }

    public delegate* unmanaged[Cdecl]<nint, void> DestroyQueue { get; }

    public delegate* unmanaged[Cdecl]<nint, int, NativeRecord**, nint, nint> TakeBatch { get; }

    public delegate* unmanaged[Cdecl]<NativeRecord*, void> DestroyRecord { get; }

    public delegate* unmanaged[Cdecl]<NativeRecord*, nint> ErrorText { get; }

    public delegate* unmanaged[Cdecl]<nint, byte*, nint, int> FatalError { get; }

    public delegate* unmanaged[Cdecl]<nint, nint> TopicName { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<NativeRecord*, int*, long> Timestamp { get; }

    /// <summary>The functions; <see langword="null"/> where they are not found, as another version of the package may hide them elsewhere.</summary>
    /// <remarks>A client has to be there before: it says which of its libraries is the one for this machine.</remarks>
    public static NativeClient? Loaded => s_loaded.Value;

    /// <summary>The native client of a managed one; <see langword="null"/> where it is not found.</summary>
    public static SafeHandle? HandleOf(IClient client) =>
        typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(client.Handle) as SafeHandle;

    private static NativeClient? Find()
    {
        try
        {
            return FindLibrary() is { } library ? new NativeClient(library) : null;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static nint? FindLibrary()
    {
        if (!OperatingSystem.IsLinux())
        {
            return NativeLibrary.TryLoad(Library, typeof(Handle).Assembly, searchPath: null, out nint found) ? found : null;
        }

        // There are several for Linux, and a second one beside the one that is in use would know nothing of its clients.
        string? path = File.ReadLines(MemoryMap)
            .Where(line => line.Contains('/', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .FirstOrDefault(path => Path.GetFileName(path).Contains(Library, StringComparison.Ordinal));
        return path is not null && NativeLibrary.TryLoad(path, out nint loaded) ? loaded : null;
    }
}
