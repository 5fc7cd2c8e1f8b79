using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.DeadLetters;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Kafka;
using Sessionize.Kafka.Producing;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize dead-letters replay</c>: sends each raw record to a topic, once.</summary>
internal sealed class DeadLettersReplayCommand : Command, IStoppableCommand
{
    private readonly DeadLetterOptions _letters = new();
    private readonly TopicTargetOptions _target = new("--kafka-topic", "The topic to which the records go; has to be given.");

    private readonly Option<string> _journal = OptionParsing.Text(
        "--journal", "file", "Where it is kept what was sent; the file's name with .replayed behind it, or dead-letters/TOPIC.replayed for --from-topic, by default.");

    private readonly Option<string> _userField = OptionParsing.Text(
        "--user-field", "path", $"Where the user id stands, which becomes the key of the record; {new EventFieldNames().UserId} by default. Dots go into objects: user.id.");

    public DeadLettersReplayCommand()
        : base("replay", "Sends the raw record of each dead letter to a topic of Kafka, once, however often it is run or killed.")
    {
        _letters.AddTo(this);
        _target.AddTo(this);
        Options.Add(_journal);
        Options.Add(_userField);
        Validators.Add(result =>
        {
            if (!_target.HasTopic(result))
            {
                result.AddError("--kafka-topic is not given: name the topic to which the records go.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (_target.Read(parsed) is not { } target)
        {
            return ExitCodes.Usage;
        }

        if (_letters.TopicOf(parsed) == target.Topic)
        {
            Talk.Say("--kafka-topic: it is the topic of the dead letters themselves: name the one that the pipeline reads.");
            return ExitCodes.Usage;
        }

        KafkaOptions brokers = new() { BootstrapServers = target.BootstrapServers, Properties = target.Properties };
        IAsyncEnumerable<DeadLetter> letters = _letters.ReadAsync(parsed, brokers, cancellationToken);
        string place = parsed.GetValue(_journal)
            ?? (_letters.TopicOf(parsed) is { } from ? Path.Combine("dead-letters", $"{from}.replayed") : $"{_letters.FileOf(parsed)}.replayed");
        if (_letters.TopicOf(parsed) is null && !File.Exists(_letters.FileOf(parsed)))
        {
            // Says so, before a journal is made.
            await letters.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        }

        using ReplayJournal journal = ReplayJournal.Open(place);
        using TopicTransactions topic = await TopicTransactions.OpenAsync(
            target, $"sessionize-replay-{journal.Id}", TimeProvider.System, NullLogger.Instance, cancellationToken).ConfigureAwait(false);
        LetterReplay replay = new(journal, topic, (parsed.GetValue(_userField) ?? new EventFieldNames().UserId).Split('.'));
        bool isWhole = await ProgressDisplay.RunAsync(
            () => null,
            () => $"{CountText.Of(replay.Sent, "record")} sent to '{target.Topic}'",
            () => ReplayAsync(replay, letters, cancellationToken)).ConfigureAwait(false);
        Talk.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isWhole ? "" : "Interrupted: ")}{CountText.Of(replay.Sent, "record")} sent to '{target.Topic}'; {replay.SentBefore:N0} had been sent before; {replay.Cut:N0} cannot be sent."));
        if (replay.Cut == 0)
        {
            return ExitCodes.Done;
        }

        Talk.Say(string.Create(
            CultureInfo.InvariantCulture, $"Of those the dead letters have no more than the first {DeadLetter.MaxRawBytes:N0} bytes: take them from where they came from, which 'dead-letters list' tells."));
        return ExitCodes.DoneWithBadEvents;
    }

    private static async Task<bool> ReplayAsync(LetterReplay replay, IAsyncEnumerable<DeadLetter> letters, CancellationToken stop)
    {
        try
        {
            await replay.ResolveAsync(stop).ConfigureAwait(false);
            await replay.SendAsync(letters, stop).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
