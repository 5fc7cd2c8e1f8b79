namespace Sessionize.Cli.Output;

/// <summary>Standard error: all that is said to the person and is no data.</summary>
internal static class Talk
{
    /// <summary>Whether a person is watching who can see a picture that moves.</summary>
    public static bool IsTerminal => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Says one or more lines; file names and arguments in them cannot reach the terminal as anything but text.</summary>
    public static void Say(string lines)
    {
        try
        {
            foreach (string line in lines.Split('\n'))
            {
                Console.Error.WriteLine(TerminalText.Safe(line.TrimEnd('\r')));
            }
        }
        catch (IOException)
        {
            // Nobody can be told that there is no room for what they are told; the exit code still speaks.
        }
    }
}
