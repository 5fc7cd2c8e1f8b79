namespace Sessionize.Cli.Commands;

/// <summary>A command that ends in order when a signal asks it to: what it has begun it finishes, and says so itself.</summary>
internal interface IStoppableCommand
{
    /// <summary>How long it may take to do so.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
}
