using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Processes;

/// <summary>A process that commits for one lane again and again.</summary>
internal sealed class Racer : IDisposable
{
    /// <summary>A machine may have much else to do; many commits take long.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5 + (RaceTests.Commits / 5));

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Task _reading;
    private readonly Task<string> _error;

    private Racer(Process process)
    {
        _process = process;
        _reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                _lines.Add(line);
            }

            _lines.CompleteAdding();
        });
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a racer.</summary>
    public static Racer Start(TablePlace place, int lane, int commits) => new(Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Sessionize.Iceberg.Racer.dll"), .. place.RacerArguments(),
            string.Create(CultureInfo.InvariantCulture, $"lane={lane}"), string.Create(CultureInfo.InvariantCulture, $"commits={commits}"),
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>Waits until the racer begins a commit, or one behind it.</summary>
    public void WaitForStart(int number)
    {
        const string start = "start ";
        using CancellationTokenSource limit = new(s_patience);
        Assert.Contains(
            _lines.GetConsumingEnumerable(limit.Token),
            line => line.StartsWith(start, StringComparison.Ordinal) && int.Parse(line.AsSpan(start.Length), CultureInfo.InvariantCulture) >= number);
    }

    /// <summary>Sends a signal, such as STOP and CONT.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", string.Create(CultureInfo.InvariantCulture, $"{_process.Id}")]);
        kill.WaitForExit();
    }

    public void Kill() => _process.Kill();

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail("The racer did not end.");
        }

        await _reading;
        string error = await _error;
        Assert.True(error.Length == 0, error);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _lines.Dispose();
    }
}
