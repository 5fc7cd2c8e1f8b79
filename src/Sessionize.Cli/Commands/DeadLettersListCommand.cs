using System.CommandLine;
using System.Globalization;
using System.Text;
using Sessionize.Cli.DeadLetters;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Kafka;
using Sessionize.Sinks;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize dead-letters list</c>: how many there are, of which reason, where from, and what they are.</summary>
internal sealed class DeadLettersListCommand : Command
{
    private const int StandardLimit = 100;
    private const int RawWidth = 60;

    private readonly DeadLetterOptions _letters = new();
    private readonly KafkaConnectionOptions _brokers = new();

    private readonly Option<TableFormat?> _format = OptionParsing.Choice<TableFormat?>(
        "--format", "How it is written: text on a terminal and ndjson elsewhere, by default.", ("text", TableFormat.Text), ("ndjson", TableFormat.Ndjson));

    private readonly Option<long?> _limit = OptionParsing.Number("--limit", 0, long.MaxValue, "100", "The most letters that are shown; 100 as text, else all, by default.");

    public DeadLettersListCommand()
        : base("list", "Lists dead letters: counts by reason, places, and how the records begin.")
    {
        _letters.AddTo(this);
        _brokers.AddServersTo(this);
        _brokers.AddPropertiesTo(this);
        Options.Add(_format);
        Options.Add(_limit);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        KafkaOptions brokers = new();
        brokers.BootstrapServers = _brokers.ServersOf(parsed) ?? brokers.BootstrapServers;
        _brokers.AddPropertiesOf(parsed, brokers.Properties);
        IAsyncEnumerable<DeadLetter> letters = OnceAsync(_letters.ReadAsync(parsed, brokers, cancellationToken));
        if ((parsed.GetValue(_format) ?? (Console.IsOutputRedirected ? TableFormat.Ndjson : TableFormat.Text)) == TableFormat.Ndjson)
        {
            await WriteLinesAsync(letters, parsed.GetValue(_limit) ?? long.MaxValue, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await DrawAsync(letters, parsed.GetValue(_limit) ?? StandardLimit).ConfigureAwait(false);
        }

        return ExitCodes.Done;
    }

    /// <summary>After a crash some letters are written twice.</summary>
    private static async IAsyncEnumerable<DeadLetter> OnceAsync(IAsyncEnumerable<DeadLetter> letters)
    {
        HashSet<(string Id, string Reason)> seen = [];
        await foreach (DeadLetter letter in letters.ConfigureAwait(false))
        {
            if (seen.Add((LetterId.Of(letter), letter.Reason)))
            {
                yield return letter;
            }
        }
    }

    private static async Task WriteLinesAsync(IAsyncEnumerable<DeadLetter> letters, long limit, CancellationToken cancellationToken)
    {
        await using BufferedStream output = new(StandardOutput.Open());
        long count = 0;
        await foreach (DeadLetter letter in letters.ConfigureAwait(false))
        {
            if (count++ == limit)
            {
                break;
            }

            await output.WriteAsync(DeadLetterLines.Format([letter]), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task DrawAsync(IAsyncEnumerable<DeadLetter> letters, long limit)
    {
        SortedDictionary<string, (long Count, DeadLetter First, DeadLetter Last)> reasons = new(StringComparer.Ordinal);
        List<DeadLetter> shown = [];
        await foreach (DeadLetter letter in letters.ConfigureAwait(false))
        {
            (long count, DeadLetter first, DeadLetter last) = reasons.GetValueOrDefault(letter.Reason, (0, letter, letter));
            reasons[letter.Reason] = (count + 1, ComparePlaces(letter, first) < 0 ? letter : first, ComparePlaces(letter, last) > 0 ? letter : last);
            if (shown.Count < limit)
            {
                shown.Add(letter);
            }
        }

        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        long total = reasons.Values.Sum(reason => reason.Count);
        TextGrid.Heading(console, CountText.Of(total, "dead letter"));
        TextGrid.Write(console, ["reason", "#letters", "first", "last"], reasons.Select(reason => (string[])
            [reason.Key, CountText.Of(reason.Value.Count), PlaceOf(reason.Value.First), PlaceOf(reason.Value.Last)]));
        if (shown.Count > 0)
        {
            TextGrid.Heading(console, shown.Count == total ? "All of them" : string.Create(CultureInfo.InvariantCulture, $"The first {shown.Count:N0}"));
            TextGrid.Write(console, ["reason", "place", "#bytes", "record"], shown.Select(letter => (string[])
                [letter.Reason, PlaceOf(letter), $"{CountText.Of(letter.Raw.Length)}{(letter.RawTruncated ? "+" : "")}", BeginningOf(letter)]));
        }
    }

    private static int ComparePlaces(DeadLetter left, DeadLetter right) => string.CompareOrdinal(left.Source, right.Source) is not 0 and var order
        ? order
        : left.Position.CompareTo(right.Position);

    private static string PlaceOf(DeadLetter letter) => string.Create(CultureInfo.InvariantCulture, $"{letter.Source}:{letter.Position}");

    private static string BeginningOf(DeadLetter letter) =>
        TerminalText.Safe(Encoding.UTF8.GetString(letter.Raw.Span[..Math.Min(letter.Raw.Length, RawWidth * 4)]), RawWidth);
}
