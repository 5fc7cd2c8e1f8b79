using System.Diagnostics;
using System.Globalization;

namespace Sessionize.Soak.Tests;

/// <summary>Sends signals to processes.</summary>
internal static class Signals
{
    public static void Send(int processId, string signal)
    {
        using Process kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", processId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    /// <summary>Stops a server for a while: it answers nothing, and connections stay open.</summary>
    public static async Task FreezeAsync(int processId, TimeSpan time)
    {
        Send(processId, "STOP");
        try
        {
            await Task.Delay(time);
        }
        finally
        {
            Send(processId, "CONT");
        }
    }
}
