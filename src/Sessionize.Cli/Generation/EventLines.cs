using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sessionize.Cli.Generation;

/// <summary>Writes events as JSON, in the form of the original pipeline, and lines that are none.</summary>
/// <param name="leastBytes">How many bytes an event has at least: shorter ones get booking details.</param>
internal sealed class EventLines(int leastBytes = 0)
{
    private const string Details = "rate=flexible;board=half;guests=2;room=sea-view;beds=1;nights=7;";

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The event as a line, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Line(in GeneratedEvent generated)
    {
        Write(generated, isPretty: false, "");
        if (leastBytes - _buffer.WrittenCount is var missing and > 0)
        {
            Write(generated, isPretty: false, string.Concat(Enumerable.Repeat(Details, (missing / Details.Length) + 1))[..missing]);
        }

        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    /// <summary>The event over several lines.</summary>
    public string Pretty(in GeneratedEvent generated)
    {
        Write(generated, isPretty: true, "");
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>A line as it comes from broken senders, valid until the next call.</summary>
    public ReadOnlyMemory<byte> BadLine(in GeneratedEvent generated, Dice dice)
    {
        string time = generated.TimeMs.ToString(CultureInfo.InvariantCulture);
        string line = dice.Choose(
            $$"""{"page_name":"{{generated.Page}}","event_timestamp":"{{time}}","uu""",
            $$"""{"page_name":"{{generated.Page}}","event_timestamp":"{{time}}","uuid":null}""",
            $$"""{"page_name":"{{generated.Page}}","uuid":"{{generated.User}}"}""",
            $$"""{"page_name":"{{generated.Page}}","event_timestamp":"yesterday","uuid":"{{generated.User}}"}""",
            $$"""{"page_name":"{{generated.Page}}","event_timestamp":"{{time}}000","uuid":"{{generated.User}}"}""",
            $"GET /{generated.Page} HTTP/1.1");
        _buffer.ResetWrittenCount();
        Encoding.UTF8.GetBytes(line + "\n", _buffer);
        return _buffer.WrittenMemory;
    }

    private void Write(in GeneratedEvent generated, bool isPretty, string details)
    {
        _buffer.ResetWrittenCount();
        using Utf8JsonWriter json = new(_buffer, new JsonWriterOptions { Indented = isPretty, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("event_id", generated.Id);
        json.WriteString("page_name", generated.Page);
        json.WriteString("event_timestamp", generated.TimeMs.ToString(CultureInfo.InvariantCulture));
        json.WriteString("booking_details", details);
        json.WriteString("uuid", generated.User);
        json.WriteStartObject("event_details");
        (string name, string type) = generated.Page switch
        {
            "cart" => ("add-to-cart", "user-action"),
            "checkout" => ("checkout", "user-action"),
            "confirmation" => ("order", "user-action"),
            "logout" => ("logout", "user-action"),
            _ => ("view", "page-view"),
        };
        json.WriteString("event_name", name);
        json.WriteString("event_type", type);
        json.WriteString("event_value", $"came-from-{generated.From ?? "elsewhere"}");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
