namespace Sessionize.Tests.State.Scripts;

/// <summary>Lets processes go on one at a time, in an order that a seed decides: each waits for its turn before every step.</summary>
/// <remarks>Everything runs on one thread: whoever is given the turn runs until it waits for the next. Now and then one sleeps while the others take hundreds of turns.</remarks>
internal sealed class Turns(Random random)
{
    private const int SleepsEvery = 40;
    private const int LongestSleep = 400;

    private readonly SortedDictionary<int, (TaskCompletionSource Turn, int Wakes)> _waiting = [];
    private int _given;

    /// <summary>Waits for a process's turn.</summary>
    public Task TakeAsync(int process)
    {
        TaskCompletionSource turn = new();
        _waiting.Add(process, (turn, _given + (random.Next(SleepsEvery) == 0 ? random.Next(LongestSleep) : 0)));
        return turn.Task;
    }

    /// <summary>Gives the turn to one that waits and does not sleep, if there is one.</summary>
    public void Next()
    {
        int[] awake = [.. _waiting.Where(waiting => waiting.Value.Wakes <= _given).Select(waiting => waiting.Key)];
        _given++;
        int process = Pick(awake.Length > 0 ? awake : [.. _waiting.Keys]);
        TaskCompletionSource turn = _waiting[process].Turn;
        _waiting.Remove(process);
        turn.SetResult();
    }

    /// <summary>A process is killed where it waits.</summary>
    public void Kill() => _waiting.Remove(Pick([.. _waiting.Keys]));

    private int Pick(int[] processes) => processes[random.Next(processes.Length)];
}
