namespace Sessionize.Cli.Output;

/// <summary>The last line of a terminal, which is written anew again and again; what is said meanwhile stands above it. Elsewhere there is none.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class StatusLine
{
    private const string StartOfLine = "\r\u001b[K";
    private const int WidthUnlessKnown = 160;

    private readonly Lock _lock = new();
    private string _text = "";

    /// <summary>Whether there is one.</summary>
    public bool IsLive { get; } = Talk.IsTerminal;

    /// <summary>Shows a text in place of the one before; none: an empty one.</summary>
    public void Show(string text)
    {
        if (IsLive)
        {
            lock (_lock)
            {
                _text = Fitting(text);
                Write(StartOfLine + _text);
            }
        }
    }

    /// <summary>Writes whole lines to the terminal, above the status.</summary>
    public void Above(Action write)
    {
        lock (_lock)
        {
            Write(_text.Length > 0 ? StartOfLine : "");
            write();
            Write(_text);
        }
    }

    private static string Fitting(string line)
    {
        int width = Console.WindowWidth is > 20 and var columns ? columns - 1 : WidthUnlessKnown;
        return line.Length > width ? line[..width] : line;
    }

    private static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (IOException)
        {
            // The terminal has gone away. The run goes on.
        }
    }
}
