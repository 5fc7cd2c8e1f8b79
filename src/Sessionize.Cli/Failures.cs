using Sessionize.Cli.Output;

namespace Sessionize.Cli;

/// <summary>Says what stopped the tool, and finds its exit code.</summary>
internal static class Failures
{
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = 109;
    private const int WindowsPipeClosing = 232;

    public static int Report(Exception failure)
    {
        if (IsOutputClosed(failure))
        {
            // The reader of the output has what it wanted ("| head").
            return ExitCodes.OutputClosed;
        }

        Talk.Say(failure switch
        {
            SessionizeException or IOException or UnauthorizedAccessException => failure.Message,
            OutOfMemoryException => "The input does not fit into memory. Split it by user, or give this machine more memory.",
            _ => $"The tool failed, and it is not your fault: {failure.GetType().Name}: {failure.Message} Please report it, with the command line.",
        });
        return failure switch
        {
            SessionizationConfigurationException => ExitCodes.Usage,
            SessionizationFencedException => ExitCodes.Fenced,
            SessionizeException { IsTransient: true } => ExitCodes.Unavailable,
            _ => ExitCodes.Failed,
        };
    }

    private static bool IsOutputClosed(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && IsBrokenPipe(cause.HResult & 0xFFFF))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The numbers mean something else on the other systems: 32 is a file that another program holds, on Windows.</summary>
    private static bool IsBrokenPipe(int error) =>
        OperatingSystem.IsWindows() ? error is WindowsBrokenPipe or WindowsPipeClosing : error == BrokenPipe;
}
