using System.Globalization;

namespace Sessionize.Cli.Output;

/// <summary>Shows how far a run is: a bar on a terminal, a line now and then elsewhere, nothing for a short run.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <summary>Runs a batch with a display.</summary>
    /// <typeparam name="T">What the run gives.</typeparam>
    /// <param name="share">How much of the input is read, from 0 to 1; <see langword="null"/> where that is not known.</param>
    /// <param name="run">The run.</param>
    /// <returns>The run's result.</returns>
    public static Task<T> RunAsync<T>(Func<double?> share, Func<IProgress<SessionizationProgress>, Task<T>> run)
    {
        LatestProgress latest = new();
        string Describe() => latest.Value is { Sessions: > 0 and var sessions }
            ? $"{CountText.Of(sessions, "session")} written"
            : string.Create(CultureInfo.InvariantCulture, $"{CountText.Of(latest.Value.Events, "event")} read{(share() is { } part ? $", {part:P0} of the input" : "")}");
        return RunAsync(share, Describe, () => run(latest));
    }

    /// <summary>Runs with a display.</summary>
    /// <typeparam name="T">What the run gives.</typeparam>
    /// <param name="share">How much of it is done, from 0 to 1; <see langword="null"/> where that is not known.</param>
    /// <param name="describe">Says how far it is.</param>
    /// <param name="run">The run.</param>
    /// <returns>The run's result.</returns>
    public static async Task<T> RunAsync<T>(Func<double?> share, Func<string> describe, Func<Task<T>> run)
    {
        Task<T> running = Task.Run(run);
        if (await Task.WhenAny(running, Task.Delay(s_quiet)).ConfigureAwait(false) == running)
        {
            return await running.ConfigureAwait(false);
        }

        if (Talk.IsTerminal)
        {
            try
            {
                await ProgressBar.ShowAsync(running, share, describe).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The terminal has gone away. The run goes on.
            }
        }

        while (await Task.WhenAny(running, Task.Delay(s_pause)).ConfigureAwait(false) != running)
        {
            Talk.Say(describe());
        }

        return await running.ConfigureAwait(false);
    }

    private sealed class LatestProgress : IProgress<SessionizationProgress>
    {
        private readonly Lock _lock = new();
        private SessionizationProgress _value;

        public SessionizationProgress Value
        {
            get
            {
                lock (_lock)
                {
                    return _value;
                }
            }
        }

        public void Report(SessionizationProgress value)
        {
            lock (_lock)
            {
                _value = value;
            }
        }
    }
}
