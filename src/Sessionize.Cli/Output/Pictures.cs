using Spectre.Console;

namespace Sessionize.Cli.Output;

/// <summary>Makes the console that draws tables and bars.</summary>
internal static class Pictures
{
    private const int WidthOfFiles = 140;

    /// <summary>A console on a writer; without colours where <c>NO_COLOR</c> is set or the writer is no terminal.</summary>
    public static IAnsiConsole ConsoleOf(TextWriter writer)
    {
        bool isTerminal = writer == Console.Error ? Talk.IsTerminal : !Console.IsOutputRedirected;
        bool hasColours = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
