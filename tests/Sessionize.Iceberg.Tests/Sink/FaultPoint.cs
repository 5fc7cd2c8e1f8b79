namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Counts what a process does to files, and lets something happen before or behind one of these steps.</summary>
/// <param name="step">Which one, from 0; steps lie before and behind each call.</param>
/// <param name="kind">What happens.</param>
/// <param name="meanwhile">What others do while the process sleeps.</param>
internal sealed class FaultPoint(int step, FaultKind kind, Func<Task> meanwhile)
{
    public const string Crash = "The process ends here.";
    public const string Failure = "The call failed, or its answer was lost.";

    private int _steps;

    /// <summary>Whether the step was reached.</summary>
    public bool WasReached { get; private set; }

    /// <summary>Whether the process is at its end: it does nothing more, not even tidying up.</summary>
    public bool IsDead { get; private set; }

    /// <summary>What was done at the step, for messages.</summary>
    public string Where { get; private set; } = "never";

    /// <summary>One that never comes.</summary>
    public static FaultPoint None { get; } = new(-1, FaultKind.Crash, () => Task.CompletedTask);

    /// <summary>A step.</summary>
    /// <param name="where">What is done before or behind it.</param>
    /// <exception cref="SessionizeException">The process is at its end, or the call fails.</exception>
    public async ValueTask StepAsync(string where)
    {
        ThrowIfDead();
        if (Interlocked.Increment(ref _steps) - 1 != step)
        {
            return;
        }

        (WasReached, Where) = (true, where);
        switch (kind)
        {
            case FaultKind.Crash:
                IsDead = true;
                ThrowIfDead();
                break;
            case FaultKind.Failure:
                throw new SessionizeException(Failure, isTransient: true);
            default:
                await meanwhile();
                break;
        }
    }

    /// <summary>A call that changes something: a step before it and one behind it.</summary>
    public async ValueTask<T> AroundAsync<T>(string what, Func<ValueTask<T>> call)
    {
        await StepAsync($"before {what}");
        T result = await call();
        await StepAsync($"behind {what}");
        return result;
    }

    /// <inheritdoc cref="AroundAsync{T}"/>
    public async ValueTask AroundAsync(string what, Func<ValueTask> call) => await AroundAsync(what, async () =>
    {
        await call();
        return true;
    });

    /// <exception cref="SessionizeException">The process is at its end.</exception>
    public void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new SessionizeException(Crash);
        }
    }
}
