using System.Runtime.InteropServices;

namespace Sessionize.Cli;

/// <summary>Ctrl-C, SIGTERM, and SIGHUP, which a closed terminal sends: the first asks the command to stop without leaving anything behind, the second ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_standardPatience = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenSource _overdue = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode;

    public Interruption()
        : this(s_standardPatience)
    {
    }

    /// <param name="patience">How long a command may take to stop.</param>
    public Interruption(TimeSpan patience)
    {
        _patience = patience;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCodes.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCodes.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Stop(context, ExitCodes.HungUp)),
        ];
    }

    /// <summary>Is cancelled with the signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Is cancelled when a command did not stop in time: it may wait for a pipe that nobody fills or reads.</summary>
    public CancellationToken Overdue => _overdue.Token;

    /// <summary>The exit code of the signal; <see langword="null"/> without one.</summary>
    public int? ExitCode => Volatile.Read(ref _exitCode) is not 0 and var code ? code : null;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
        _overdue.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0;
        if (context.Cancel)
        {
            _overdue.CancelAfter(_patience);
            _source.Cancel();
        }
    }
}
