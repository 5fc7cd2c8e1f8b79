using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Diagnostics;

/// <summary>Takes the errors that librdkafka reports: hundreds of the same come when a broker is away, of which few go to the log.</summary>
/// <remarks>Safe for use by several threads: librdkafka reports on threads of its own.</remarks>
internal sealed class ClientErrors(string client, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<ErrorCode, (long At, long Suppressed)> _reported = [];
    private readonly TaskCompletionSource<Error> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Error? _last;

    /// <summary>The first refusal of login or certificate, which no waiting cures.</summary>
    public Task<Error> Refused => _refused.Task;

    /// <summary>The last error that says what is wrong, rather than that all is.</summary>
    public Error? Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    public void Add(Error error)
    {
        long suppressed;
        lock (_lock)
        {
            if (error.Code != ErrorCode.Local_AllBrokersDown || _last is null)
            {
                _last = error;
            }

            long now = clock.GetTimestamp();
            (long at, suppressed) = _reported.TryGetValue(error.Code, out (long At, long Suppressed) before) ? before : (0, -1);
            if (suppressed >= 0 && clock.GetElapsedTime(at, now) < s_quiet)
            {
                _reported[error.Code] = (at, suppressed + 1);
                suppressed = -1;
            }
            else
            {
                _reported[error.Code] = (now, 0);
                suppressed = Math.Max(0, suppressed);
            }
        }

        if (KafkaFailure.IsRefusal(error))
        {
            _refused.TrySetResult(error);
        }

        if (suppressed >= 0)
        {
            Log.ClientError(logger, client, error.Reason, error.Code.ToString(), suppressed);
        }
    }

    /// <summary>librdkafka writes to standard error unless somebody takes its messages.</summary>
    public void Add(LogMessage message)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.Client(logger, client, message.Message);
        }
    }
}
