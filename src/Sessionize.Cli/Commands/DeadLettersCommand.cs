using System.CommandLine;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize dead-letters</c>: the records that became part of no session.</summary>
internal sealed class DeadLettersCommand : Command
{
    public DeadLettersCommand()
        : base("dead-letters", "Looks at the bad and late records that 'run' and 'batch' set aside, and sends them again.")
    {
        Subcommands.Add(new DeadLettersListCommand());
        Subcommands.Add(new DeadLettersReplayCommand());
    }
}
