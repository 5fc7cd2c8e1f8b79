namespace Sessionize.Tests.State.Scripts;

/// <summary>Lets processes go on one at a time, in an order that a seed decides: each waits for its turn before every step.</summary>
/// <remarks>Everything runs on one thread: whoever is given the turn runs until it waits for the next.</remarks>
internal sealed class Turns(Random random)
{
    private readonly Dictionary<int, TaskCompletionSource> _waiting = [];

    /// <summary>Whether anybody waits.</summary>
    public bool AreWaited => _waiting.Count > 0;

    /// <summary>Waits for a process's turn.</summary>
    public Task TakeAsync(int process)
    {
        TaskCompletionSource turn = new();
        _waiting.Add(process, turn);
        return turn.Task;
    }

    /// <summary>Gives the turn to one that waits.</summary>
    public void Next()
    {
        (int process, TaskCompletionSource turn) = Pick();
        _waiting.Remove(process);
        turn.SetResult();
    }

    /// <summary>A process is killed where it waits.</summary>
    /// <returns>Which one.</returns>
    public int Kill()
    {
        int process = Pick().Key;
        _waiting.Remove(process);
        return process;
    }

    private KeyValuePair<int, TaskCompletionSource> Pick() => _waiting.OrderBy(waiting => waiting.Key).ElementAt(random.Next(_waiting.Count));
}
