using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Runs the scripts that start and stop the servers of the shared folder.</summary>
internal static class ComponentScript
{
    private const int Tries = 4;

    // Below the ports that systems give to outgoing connections.
    private const int LowestPort = 12_000;
    private const int HighestPort = 32_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>Starts a server on a free port; on another one, if a stranger was faster.</summary>
    /// <param name="script">The script's path.</param>
    /// <param name="folder">The server's own folder.</param>
    /// <param name="arguments">What follows folder and port.</param>
    /// <returns>The port.</returns>
    public static async Task<int> StartServerAsync(string script, string folder, params IReadOnlyList<string> arguments)
    {
        for (int tried = 1; ; tried++)
        {
            int port = FreePort();
            try
            {
                await StartServerAsync(script, folder, port, arguments);
                return port;
            }
            catch (InvalidOperationException) when (tried < Tries)
            {
                await RunAsync(script, "stop", "--dir", folder);
            }
        }
    }

    /// <summary>Starts a server on a given port, as after <see cref="StopServerAsync"/>.</summary>
    public static async Task StartServerAsync(string script, string folder, int port, IReadOnlyList<string> arguments)
    {
        try
        {
            await RunAsync(script, ["start", "--dir", folder, "--port", $"{port}", .. arguments]);
        }
        catch (InvalidOperationException) when (FindServer(folder) is not null)
        {
            // On a busy machine the script may look for its server before that has a name, and say that it did not start.
            await WaitForAsync(port);
            await File.WriteAllTextAsync(Path.Combine(folder, $"{Path.GetFileName(script)}.pid"), $"{FindServer(folder)}\n");
        }
    }

    /// <summary>Stops a server; nothing happens if it does not run.</summary>
    public static Task StopServerAsync(string script, string folder) => RunAsync(script, "stop", "--dir", folder);

    /// <summary>Runs a script to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task RunAsync(string script, params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[script, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using CancellationTokenSource limit = new(s_limit);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(script)} {string.Join(' ', arguments)}: {await errors}{await output}");
        }
    }

    /// <summary>The process that has a folder among its words; the folder is nobody else's.</summary>
    private static int? FindServer(string folder)
    {
        if (!Directory.Exists("/proc"))
        {
            return null;
        }

        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path["/proc/".Length])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(folder, StringComparison.Ordinal))
                {
                    return int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return null;
    }

    private static async Task WaitForAsync(int port)
    {
        using CancellationTokenSource limit = new(s_limit);
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            }
        }
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on, and that no outgoing connection gets while the server is stopped for a while.</summary>
    public static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(LowestPort, HighestPort);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
