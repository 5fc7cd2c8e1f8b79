using System.Diagnostics;
using System.Globalization;

namespace Sessionize.Soak.Tests;

/// <summary>A place for one process of the tool, which is started again whenever it ends, as a supervisor would.</summary>
/// <remarks>What it says goes to a file, through all its lives. Safe for use by several threads.</remarks>
internal sealed class Worker : IAsyncDisposable
{
    private const int Done = 0;
    private const int Fenced = 4;
    private const int Unavailable = 5;
    private const int Killed = 137;

    // A crash in librdkafka is to everything else a kill like others. They are counted, so that they are seen; soaks found one that way (LastingAdminClient).
    private const int Aborted = 134;
    private const int Faulted = 139;

    // Asked to leave before it listens to signals.
    private const int Terminated = 143;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly string _folder;
    private readonly Diary _diary;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _living;
    private Process? _process;

    /// <summary>Starts a process, and goes on doing so.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="folder">The folder that it runs in and that has its log.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="diary">Where its ends are written.</param>
    public Worker(int number, string folder, IReadOnlyList<string> command, Diary diary)
    {
        _name = string.Create(CultureInfo.InvariantCulture, $"worker {number}");
        LogFile = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"worker-{number}.log"));
        (_folder, _diary) = (folder, diary);
        _living = Task.Run(() => LiveAsync(command));
    }

    /// <summary>What its processes said.</summary>
    public string LogFile { get; }

    public override string ToString() => _name;

    /// <summary>Starts one process, which writes to a file; shell and tool are one process, so that a signal meets the tool.</summary>
    public static Process Start(string folder, string logFile, IReadOnlyList<string> command)
    {
        ProcessStartInfo start = new("bash") { WorkingDirectory = folder, Environment = { ["DOTNET_NOLOGO"] = "1", ["NO_COLOR"] = "1", ["SOAK_LOG"] = logFile } };
        foreach (string word in (string[])["-c", "exec \"$0\" \"$@\" >>\"$SOAK_LOG\" 2>&1 </dev/null", .. command])
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start)!;
    }

    /// <summary>Sends a signal, such as KILL, TERM, STOP and CONT; nothing happens between two lives.</summary>
    public void Signal(string signal)
    {
        lock (_lock)
        {
            if (_process is { HasExited: false } process)
            {
                Signals.Send(process.Id, signal);
            }
        }
    }

    /// <summary>Ends: the process is asked to leave, and killed when it does not.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        Signal("CONT");
        Signal("TERM");
        if (await Task.WhenAny(_living, Task.Delay(s_patience)) != _living)
        {
            _diary.WriteWrong($"{_name} did not leave within {s_patience.TotalSeconds} s of SIGTERM");
            Signal("KILL");
        }

        await _living;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_living.IsCompleted)
        {
            await _stopping.CancelAsync();
            Signal("KILL");
            await _living;
        }

        _stopping.Dispose();
    }

    private async Task LiveAsync(IReadOnlyList<string> command)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using Process process = Start(_folder, LogFile, command);
            lock (_lock)
            {
                _process = process;
            }

            await process.WaitForExitAsync();
            lock (_lock)
            {
                _process = null;
            }

            Judge(process.ExitCode);
            await Task.Delay(s_pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Judge(int exitCode)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{_name} ended with {exitCode}");
        switch (exitCode)
        {
            case Done or Killed or Terminated:
                _diary.Write(line);
                break;
            case Fenced:
                _diary.Count("ends by a fence", line);
                break;
            case Unavailable:
                _diary.Count("ends by an outage", line);
                break;
            case Aborted or Faulted:
                _diary.Count("crashes of librdkafka", line);
                break;
            default:
                _diary.WriteWrong(line);
                break;
        }
    }
}
