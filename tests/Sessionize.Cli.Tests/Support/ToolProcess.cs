using System.Diagnostics;
using Xunit;

namespace Sessionize.Cli.Tests.Support;

/// <summary>Runs the tool as a process of its own, as a user does.</summary>
public static class ToolProcess
{
    private const string ResetSignals = "--default-signal=INT,HUP";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private static readonly Lazy<bool> s_canResetSignals = new(() => OperatingSystem.IsLinux() && CanResetSignals());

    /// <summary>Runs the tool with arguments, in a folder.</summary>
    public static ToolResult Run(string folder, params string[] arguments) => Run(folder, standardInput: null, arguments);

    /// <summary>Runs the tool with arguments, in a folder, and gives it its input.</summary>
    public static ToolResult Run(string folder, Action<Stream>? standardInput, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return Finish(process, standardInput);
    }

    /// <summary>Runs a line of bash in which <c>sessionize</c> is the tool; other programs start it as <c>$SESSIONIZE_HOST "$SESSIONIZE_TOOL"</c>.</summary>
    public static ToolResult Shell(string folder, string line)
    {
        using Process process = StartShell(folder, line);
        return Finish(process, standardInput: null);
    }

    /// <summary>Starts a line of bash as <see cref="Shell"/> does; the caller sees to its end with <see cref="Finish"/>.</summary>
    public static Process StartShell(string folder, string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs bash.");
        ProcessStartInfo start = StartInfo("bash", folder);
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("sessionize() { $SESSIONIZE_HOST \"$SESSIONIZE_TOOL\" \"$@\"; }; " + line);
        start.Environment["SESSIONIZE_HOST"] = string.Concat(ToolProgram.Command.SkipLast(1));
        start.Environment["SESSIONIZE_TOOL"] = ToolProgram.Command[^1];
        return Process.Start(start)!;
    }

    /// <summary>Starts the tool; the caller sees to its end with <see cref="Finish"/>.</summary>
    public static Process Start(string folder, params string[] arguments)
    {
        // A job in the background has its children ignore Ctrl-C, and one under nohup the end of the terminal; these tests may run as either.
        IReadOnlyList<string> command = s_canResetSignals.Value ? ["env", ResetSignals, .. ToolProgram.Command] : ToolProgram.Command;
        ProcessStartInfo start = StartInfo(command[0], folder);
        foreach (string word in command.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Feeds a process, reads what it writes, and waits for its end.</summary>
    public static ToolResult Finish(Process process, Action<Stream>? standardInput)
    {
        ArgumentNullException.ThrowIfNull(process);
        using MemoryStream output = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            standardInput?.Invoke(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool ended before it had read everything.
        }

        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The tool did not end.");
        }

        reading.GetAwaiter().GetResult();
        return new ToolResult(process.ExitCode, output.ToArray(), error.GetAwaiter().GetResult());
    }

    private static ProcessStartInfo StartInfo(string program, string folder) => new(program)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["DOTNET_NOLOGO"] = "1", ["NO_COLOR"] = "1" },
    };

    private static bool CanResetSignals()
    {
        using Process probe = Process.Start(new ProcessStartInfo("env", [ResetSignals, "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }
}
