using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sessionize.Cli.Output;

/// <summary>Says what is logged from a level on, a line each, above the status.</summary>
internal sealed class TalkLoggers(LogLevel least, TimeProvider clock, StatusLine status) : ILoggerFactory
{
    // What stopped a pipeline is said by the tool itself.
    private const string Stopped = "Stopped";

    public ILogger CreateLogger(string categoryName) => new TalkLogger(least, clock, status);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("What the tool logs goes to standard error alone.");

    public void Dispose()
    {
        // There is nothing to be let go.
    }

    private sealed class TalkLogger(LogLevel least, TimeProvider clock, StatusLine status) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != Stopped)
            {
                string reason = exception is null ? "" : $": {exception.Message}";
                status.Above(() => Talk.Say(string.Create(
                    CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception)}{reason}")));
            }
        }
    }
}
