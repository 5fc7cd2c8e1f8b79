using Confluent.Kafka;

namespace Sessionize.Kafka.Producing;

/// <summary>A producer with a transactional id. Calls come one after the other.</summary>
/// <remarks>Who opens one ends what another one with that id has under way.</remarks>
internal sealed class TransactionalProducer : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly IProducer<byte[], byte[]> _producer;
    private readonly TimeProvider _clock;
    private readonly Func<KafkaException, SessionizeException> _failed;
    private Task _call = Task.CompletedTask;

    private TransactionalProducer(string id, IProducer<byte[], byte[]> producer, TimeProvider clock, Func<KafkaException, SessionizeException> failed) =>
        (Id, _producer, _clock, _failed) = (id, producer, clock, failed);

    /// <summary>The transactional id.</summary>
    public string Id { get; }

    /// <summary>Connects. Afterwards no transaction of the id is open, and each one before is either committed or will never be.</summary>
    /// <param name="connection">The brokers.</param>
    /// <param name="id">The transactional id.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="failed">Makes a sentence of a failure.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task<TransactionalProducer> OpenAsync(
        ProducerConnection connection, string id, TimeProvider clock, Func<KafkaException, SessionizeException> failed, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["transactional.id"] = id };
        TransactionalProducer opened = new(id, connection.Open(settings), clock, failed);
        try
        {
            await opened.CallAsync(producer => producer.InitTransactions(s_timeout), cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public Task BeginAsync(CancellationToken cancellationToken) => CallAsync(producer => producer.BeginTransaction(), cancellationToken);

    /// <summary>Gives a message to librdkafka; waits while too many are under way.</summary>
    public async ValueTask SendAsync(TopicPartition to, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>>? onDelivery, CancellationToken cancellationToken)
    {
        while (!TryProduce(to, message, onDelivery))
        {
            await Task.Delay(s_pause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the brokers have some messages.</summary>
    /// <returns>The offset of the last one.</returns>
    public async Task<long> DeliveredAsync(Delivery delivery, CancellationToken cancellationToken) =>
        await delivery.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false) is { } error ? throw _failed(new KafkaException(error)) : delivery.LastOffset;

    /// <summary>Commits. Waits for messages that are under way, and fails if one of them does.</summary>
    /// <remarks>After an exception the outcome is not known, until the id is opened again.</remarks>
    public Task CommitAsync(CancellationToken cancellationToken) => CallAsync(producer => producer.CommitTransaction(s_timeout), cancellationToken);

    public Task AbortAsync(TimeSpan timeout, CancellationToken cancellationToken) => CallAsync(producer => producer.AbortTransaction(timeout), cancellationToken);

    /// <summary>Lets go of the connection; a transaction that is open stays so until its time is over or the id is opened again.</summary>
    public void Dispose()
    {
        if (_call.IsCompleted)
        {
            _producer.Dispose();
        }
        else
        {
            // What librdkafka still works on must not be taken from under it.
            _call.ContinueWith(_ => _producer.Dispose(), TaskScheduler.Default);
        }
    }

    private bool TryProduce(TopicPartition to, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>>? onDelivery)
    {
        try
        {
            _producer.Produce(to, message, onDelivery);
            return true;
        }
        catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[], byte[]> failure)
        {
            throw _failed(failure);
        }
    }

    /// <summary>Calls what blocks, and tries what may be tried again for some time.</summary>
    private async Task CallAsync(Action<IProducer<byte[], byte[]>> call, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                Task running = Task.Run(() => call(_producer), CancellationToken.None);
                _call = _call.IsCompleted ? running : Task.WhenAll(_call, running);
                await running.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (KafkaRetriableException) when (_clock.GetElapsedTime(start) < s_timeout)
            {
                await Task.Delay(s_pause, _clock, cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException failure)
            {
                throw _failed(failure);
            }
        }
    }
}
