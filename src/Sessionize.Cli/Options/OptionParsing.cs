using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sessionize.Cli.Output;

namespace Sessionize.Cli.Options;

/// <summary>Makes options whose mistakes name the option, the text and a right one.</summary>
internal static class OptionParsing
{
    private static readonly string[] s_isoForms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>A duration, or <c>none</c> where that is allowed, which gives zero: the parser cannot hold a null that somebody typed.</summary>
    public static Option<TimeSpan> Duration(string name, string bareUnit, string example, bool allowNone, string description) => new(name)
    {
        Description = description,
        HelpName = allowNone ? "duration|none" : "duration",
        CustomParser = result =>
        {
            string text = TextOf(result);
            if (allowNone && text == "none")
            {
                return TimeSpan.Zero;
            }

            if (DurationText.TryRead(text, bareUnit, out TimeSpan duration, out string mistake))
            {
                return duration;
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' {mistake}, such as {example}{(allowNone ? ", or none" : "")}.");
            return TimeSpan.Zero;
        },
    };

    /// <summary>One of several words; without the option the value is the type's default.</summary>
    public static Option<T?> Choice<T>(string name, string description, params (string Word, T Value)[] choices) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', choices.Select(choice => choice.Word)),
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string text = TextOf(result);
            foreach ((string word, T value) in choices)
            {
                if (word == text)
                {
                    return value;
                }
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' is no choice: give {string.Join(" or ", choices.Select(choice => choice.Word))}.");
            return default;
        },
    };

    /// <summary>A whole number within limits.</summary>
    public static Option<long?> Number(string name, long least, long most, string example, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = TextOf(result);
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' is no whole number from {least} to {most}: give one such as {example}.");
            return null;
        },
    };

    /// <summary>An amount of memory, in bytes.</summary>
    public static Option<long?> Size(string name, string example, string description) => new(name)
    {
        Description = description,
        HelpName = "size",
        CustomParser = result =>
        {
            string text = TextOf(result);
            if (SizeText.TryRead(text, out long bytes, out string mistake))
            {
                return bytes;
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' {mistake}, such as {example}.");
            return null;
        },
    };

    /// <summary>So many a second, above zero.</summary>
    public static Option<double> Rate(string name, string example, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = TextOf(result);
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate is > 0 and < double.PositiveInfinity)
            {
                return rate;
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' is no number above zero: give one such as {example}.");
            return 0;
        },
    };

    /// <summary>A share: <c>0.05</c> or <c>5%</c>.</summary>
    public static Option<double> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "share",
        CustomParser = result =>
        {
            string text = TextOf(result);
            bool isPercent = text.EndsWith('%');
            if (double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && (isPercent ? number / 100 : number) is var share and >= 0 and <= 1)
            {
                return share;
            }

            result.AddError($"{name}: '{TerminalText.Safe(text)}' is no share from 0 to 1: give one such as 0.05 or 5%.");
            return 0;
        },
    };

    /// <summary>A point in time, as milliseconds since the Unix epoch or ISO 8601 with offset.</summary>
    public static Option<long?> EndTime() => new("--end-time")
    {
        Description = "The end of the input, for telling sessions that were over from open ones: milliseconds, or ISO 8601 with offset. "
            + "By default the highest event time.",
        HelpName = "time",
        CustomParser = result =>
        {
            string text = TextOf(result);
            if (ReadTime(text) is not { } time)
            {
                result.AddError($"--end-time: '{TerminalText.Safe(text)}' is no time: give milliseconds since 1970, or ISO 8601 with offset such as 2024-05-06T12:00:00Z.");
                return null;
            }

            if (time is < 0 or > EndClosing.LastEndTimeMs)
            {
                result.AddError($"--end-time: '{TerminalText.Safe(text)}' is not between the years 1970 and 9999: give one such as 2024-05-06T12:00:00Z.");
                return null;
            }

            return time;
        },
    };

    /// <summary>A text that a check refuses with half a sentence, or takes.</summary>
    public static Option<string> Text(string name, string helpName, string description, Func<string, string?>? findMistake = null) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            string text = TextOf(result);
            if ((text.Length == 0 ? "is empty" : findMistake?.Invoke(text)) is { } mistake)
            {
                result.AddError($"{name}: '{TerminalText.Safe(text)}' {mistake}.");
            }

            return text;
        },
    };

    /// <summary>How a duration without a unit was read, as a sentence; <see langword="null"/> where there is nothing to say.</summary>
    public static string? DescribeBare(ParseResult parsed, Option option, string bareUnit) =>
        parsed.GetResult(option) is { Implicit: false, Tokens: [{ Value: var text }] } && DurationText.DescribeBare(text, bareUnit) is { } reading
            ? $"{option.Name} {text} is read as {reading}."
            : null;

    /// <summary>Milliseconds since the Unix epoch; <see langword="null"/> for what is no time.</summary>
    private static long? ReadTime(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
        {
            return milliseconds;
        }

        bool hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return hasOffset && DateTimeOffset.TryParseExact(text, s_isoForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : null;
    }

    private static string TextOf(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
