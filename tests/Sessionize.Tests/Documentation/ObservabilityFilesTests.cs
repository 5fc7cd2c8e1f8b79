using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Sessionize.Tests.Documentation;

/// <summary>The dashboard and the alerts ask for nothing that the instruments of docs/guides/observability.md do not give.</summary>
public sealed partial class ObservabilityFilesTests
{
    // Prometheus' own, and those of the scrape.
    private static readonly string[] s_otherLabels = ["le", "instance"];

    public static TheoryData<string> Files => ["docs/observability/grafana.json", "docs/observability/alerts.yml"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Metrics_OfAFile_AreInstruments(string file)
    {
        HashSet<string> known = [.. ObservabilityPage.Instruments.SelectMany(PrometheusNames)];

        Assert.All(ExpressionsOf(file), expression =>
        {
            string[] metrics = [.. Metric().Matches(WithoutLabels(expression)).Select(match => match.Value)];
            Assert.NotEmpty(metrics);
            Assert.All(metrics, metric => Assert.Contains(metric, known));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Labels_OfAFile_AreAttributes(string file)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/guides/observability.md"));
        HashSet<string> known = [.. s_otherLabels, .. Code().Matches(page).Select(match => match.Groups[1].Value.Replace('.', '_'))];

        Assert.All(ExpressionsOf(file), expression => Assert.All(LabelsOf(expression), label => Assert.Contains(label, known)));
    }

    [Fact]
    public void Instruments_OfThePage_AreAllOnTheDashboard()
    {
        string expressions = string.Join(' ', ExpressionsOf("docs/observability/grafana.json"));

        Assert.All(ObservabilityPage.Instruments, row => Assert.Contains(PrometheusNames(row), name => expressions.Contains(name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("| `sessionize.events.late` | counter | `{event}` |", "sessionize_events_late_total")]
    [InlineData("| `sessionize.commit.age` | gauge | `s` |", "sessionize_commit_age_seconds")]
    [InlineData("| `sessionize.state.size` | up-down counter | `By` |", "sessionize_state_size_bytes")]
    [InlineData("| `sessionize.commit.bytes` | counter | `By` |", "sessionize_commit_bytes_total")]
    [InlineData("| `sessionize.session.events` | histogram | `{event}` |", "sessionize_session_events_bucket")]
    [InlineData("| `sessionize.backpressure.time` | counter | `s` |", "sessionize_backpressure_time_seconds_total")]
    public void PrometheusNames_OfAnInstrument_AreThoseOfTheExporter(string row, string name) => Assert.Contains(name, PrometheusNames(row));

    /// <summary>As OpenTelemetry's exporter for Prometheus names an instrument: the unit in words unless it is there, units in braces left out, <c>_total</c> behind counters.</summary>
    private static IEnumerable<string> PrometheusNames(string row)
    {
        string[] cells = [.. row.Split('|').Select(cell => cell.Trim().Trim('`'))];
        string unit = cells[3] switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        string name = cells[1].Replace('.', '_');
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return cells[2] switch
        {
            "counter" => [name + "_total"],
            "histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    }

    private static IReadOnlyList<string> ExpressionsOf(string file)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, file));
        string[] expressions = file.EndsWith(".json", StringComparison.Ordinal)
            ? [.. JsonDocument.Parse(text).RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!)]
            : [.. Alert().Matches(text).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(expressions);
        return expressions;
    }

    private static string WithoutLabels(string expression) => Grouping().Replace(Selector().Replace(expression, ""), "");

    private static IEnumerable<string> LabelsOf(string expression) => Grouping().Matches(expression)
        .SelectMany(match => match.Groups[1].Value.Split(','))
        .Concat(Selector().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',')).Select(matcher => matcher.Split('=', '!')[0]))
        .Select(label => label.Trim());

    [GeneratedRegex(@"\bsessionize_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\b(?:by|on) \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"^ +expr: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex("`([a-z_.]+)`")]
    private static partial Regex Code();
}
