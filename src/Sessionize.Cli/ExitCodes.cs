namespace Sessionize.Cli;

/// <summary>How the tool ends; the table stands in <c>docs/guides/command-line.md</c>.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Done, but with bad events, under <c>--strict</c>.</summary>
    public const int DoneWithBadEvents = 3;
    public const int Fenced = 4;
    public const int Unavailable = 5;

    /// <summary>128 and the number of the signal, as the shell shows it of programs that do not handle it.</summary>
    public const int HungUp = 129;
    public const int Interrupted = 130;

    /// <summary>Whoever read the output stopped reading; what the shell shows of other programs, too.</summary>
    public const int OutputClosed = 141;
    public const int Terminated = 143;
}
