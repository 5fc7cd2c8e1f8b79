using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Confluent.Kafka;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>The calls of one process to its producers in transactions, numbered, of which one can fail, end the process, or take as long as a test wants.</summary>
internal sealed class ProducerCalls
{
    private static readonly string[] s_steps = ["InitTransactions", "BeginTransaction", "Produce", "CommitTransaction"];

    private readonly ManualResetEventSlim _goOn = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _counts = [];
    private int _next;

    /// <summary>Fails before call n / 2, or, when odd, behind it. None by default.</summary>
    public int FailsAt { get; init; } = -1;

    /// <summary>Whether the process goes on: only this one answer is lost.</summary>
    public bool Recovers { get; init; }

    /// <summary>Before which call the process ends, and on it, its number among those of its kind.</summary>
    public (string Call, int Number)? EndsBefore { get; init; }

    /// <summary>Before which call the process stands still, and on it, its number among those of its kind.</summary>
    public (string Call, int Number)? PausesBefore { get; init; }

    /// <summary>Whether it came to the call that fails.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Done with the first call.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Done when the process stands still.</summary>
    public Task Paused => _paused.Task;

    public void Resume() => _goOn.Set();

    public IProducer<byte[], byte[]> Wrap(IProducer<byte[], byte[]> producer)
    {
        IProducer<byte[], byte[]> proxy = DispatchProxy.Create<IProducer<byte[], byte[]>, Proxy>();
        ((Proxy)proxy).Begin(this, producer);
        return proxy;
    }

    private object? Call(MethodInfo method, Func<object?> call)
    {
        if (!s_steps.Contains(method.Name))
        {
            // A process that has ended aborts nothing; its connections are closed by others.
            return HasFailed && !Recovers && method.Name == "AbortTransaction" ? throw new ProcessEndedException() : call();
        }

        _begun.TrySetResult();
        int number = _counts.AddOrUpdate(method.Name, 1, (_, count) => count + 1);
        if (PausesBefore == (method.Name, number))
        {
            _paused.SetResult();
            _goOn.Wait();
        }

        HasFailed |= EndsBefore == (method.Name, number);
        Step();
        object? result = call();
        Step();
        return result;
    }

    private void Step()
    {
        bool isHere = _next++ == FailsAt;
        HasFailed |= isHere;
        if (isHere || (HasFailed && !Recovers))
        {
            throw Recovers ? new KafkaException(new Error(ErrorCode.Local_TimedOut)) : new ProcessEndedException();
        }
    }

    /// <summary>The process is gone, so that whoever lives on in the test should not try again.</summary>
    public sealed class ProcessEndedException() : SessionizeException("The process has ended.");

    /// <summary>Stands before a producer.</summary>
    public class Proxy : DispatchProxy
    {
        private ProducerCalls? _calls;
        private IProducer<byte[], byte[]>? _inner;

        internal void Begin(ProducerCalls calls, IProducer<byte[], byte[]> inner) => (_calls, _inner) = (calls, inner);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _calls!.Call(targetMethod!, () =>
        {
            try
            {
                return targetMethod!.Invoke(_inner, args);
            }
            catch (TargetInvocationException failure)
            {
                ExceptionDispatchInfo.Throw(failure.InnerException!);
                throw;
            }
        });
    }
}
