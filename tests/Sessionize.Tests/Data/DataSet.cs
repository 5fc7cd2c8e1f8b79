using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Sessionize.Tests.Support;

namespace Sessionize.Tests.Data;

/// <summary>One of the real clickstreams, and what is expected of it.</summary>
internal static class DataSet
{
    public static readonly string[] Names = ["otto-shop", "semicomplete-2015", "nasa-19950801", "web-panel", "wikipedia-readers"];

    public static string PathOf(string name) => SharedFiles.Find($"data/{name}.ndjson.gz");

    /// <summary>The settings that have expected results, by their name.</summary>
    public static Dictionary<string, JsonElement> Expected(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find("data/expected.json")));
        return document.RootElement.GetProperty("sets").GetProperty(name).EnumerateObject().ToDictionary(settings => settings.Name, settings => settings.Value.Clone());
    }

    /// <summary>The events in the order of the file, read without our parser.</summary>
    public static ClickstreamEvent[] Events(string name)
    {
        using StreamReader lines = new(new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress));
        List<ClickstreamEvent> events = [];
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement e = document.RootElement;
            events.Add(new ClickstreamEvent(
                e.GetProperty("uuid").GetString(),
                long.Parse(e.GetProperty("event_timestamp").GetString()!, CultureInfo.InvariantCulture),
                e.GetProperty("page_name").GetString(),
                e.GetProperty("event_id").GetString()));
        }

        return [.. events];
    }
}
