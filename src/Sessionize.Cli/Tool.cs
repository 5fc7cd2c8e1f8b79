using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Sessionize.Cli.Commands;
using Sessionize.Cli.Output;

namespace Sessionize.Cli;

/// <summary>Runs the command that the arguments name, and turns whatever happens into an exit code and a sentence.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(string[] args)
    {
        Command root = new("sessionize", "Turns clickstream events into user sessions.")
        {
            new HelpOption { Recursive = true },
            new VersionOption(),
            new BatchCommand(),
            new RunCommand(),
            new GenerateCommand(),
            new DemoCommand(),
            new TableCommand(),
            new DeadLettersCommand(),
        };
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return Refuse(parsed);
        }

        bool isStoppable = parsed.CommandResult.Command is IStoppableCommand;
        using Interruption interruption = isStoppable ? new(IStoppableCommand.Patience) : new();
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            Task<int> run = Task.Run(() => parsed.InvokeAsync(configuration, interruption.Token));
            int code = await run.WaitAsync(interruption.Overdue).ConfigureAwait(false);

            // A pipeline that was asked to stop has committed: to be told so is no failure, but the shell has to know of Ctrl-C.
            return isStoppable && code == ExitCodes.Done && interruption.ExitCode is { } signal && signal != ExitCodes.Terminated ? signal : code;
        }
        catch (OperationCanceledException) when (interruption.ExitCode is not null)
        {
            Talk.Say("Interrupted; no file was written.");
            return interruption.ExitCode.Value;
        }
        catch (Exception failure)
        {
            // The boundary of the program: whoever typed the command gets a sentence, never a stack trace.
            return Failures.Report(failure);
        }
    }

    private static int Refuse(ParseResult parsed)
    {
        // One wrong text may be told once by the parser and once by the option.
        string[] mistakes = [.. parsed.Errors.Select(error => error.Message).Distinct()];
        foreach (string mistake in mistakes)
        {
            Talk.Say(mistake);
        }

        string command = string.Join(' ', Path(parsed.CommandResult).Reverse());
        Talk.Say($"'{command} --help' tells what there is.");
        return ExitCodes.Usage;
    }

    /// <summary>The words up to a command, the last first.</summary>
    private static IEnumerable<string> Path(CommandResult command)
    {
        for (SymbolResult? part = command; part is CommandResult named; part = named.Parent)
        {
            yield return named.Parent is null ? "sessionize" : named.Command.Name;
        }
    }
}
