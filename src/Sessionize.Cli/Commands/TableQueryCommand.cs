using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Iceberg.Reading;
using Sessionize.Sinks;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize table query</c>: sessions of a table, and how much of it had to be read for them.</summary>
internal sealed class TableQueryCommand : TableVerb
{
    private const int SessionsShown = 100;
    private const int SessionsAtOnce = 1000;

    private readonly Option<DateOnly[]> _dates = new("--date")
    {
        Description = "Sessions of a day (session_date), such as 2024-05-06; may be repeated.",
        HelpName = "date",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => [.. result.Tokens.Select(token =>
        {
            if (!DateOnly.TryParseExact(token.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            {
                result.AddError($"--date: '{TerminalText.Safe(token.Value)}' is no date: give one such as 2024-05-06.");
            }

            return date;
        })],
    };

    private readonly Option<string> _user = OptionParsing.Text("--user", "id", "Sessions of a user (uuid).");

    private readonly Option<int?> _bucket = new("--bucket")
    {
        Description = "Sessions of a bucket (user_hash_bucket).",
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int bucket))
            {
                result.AddError($"--bucket: '{TerminalText.Safe(text)}' is no whole number: give one such as 42.");
            }

            return bucket;
        },
    };

    private readonly Option<long?> _buckets = OptionParsing.Number(
        "--buckets", 1, int.MaxValue, "100", "With --user: how many buckets the table's users were spread over, so that only the user's is looked into.");

    private readonly Option<TimeRange?> _start = new("--where-start")
    {
        Description = "Sessions that start in a range, FROM..TO, the end not included; either may be left out. A date such as 2024-05-06 is its midnight in UTC.",
        HelpName = "from..to",
        CustomParser = result => ReadRange(result.Tokens[^1].Value) is { } range ? range : Refuse(result.AddError, result.Tokens[^1].Value),
    };

    private readonly Option<long?> _snapshot = OptionParsing.Number(
        "--snapshot", 0, long.MaxValue, "3776207205136740581", "The table as it was after this snapshot.");

    private readonly Option<DateTimeOffset?> _asOf = new("--as-of")
    {
        Description = $"The table as it was at this time: {TimeText.Forms}.",
        HelpName = "time",
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (TimeText.TryRead(text) is { } time)
            {
                return time;
            }

            result.AddError($"--as-of: '{TerminalText.Safe(text)}' is no time: give {TimeText.Forms}.");
            return null;
        },
    };

    private readonly Option<long?> _limit = OptionParsing.Number("--limit", 0, long.MaxValue, "20", $"The most sessions; as text {SessionsShown} by default, else all.");

    public TableQueryCommand()
        : base("query", "Prints sessions, and how many files, row groups and bytes had to be read for them.", ("ndjson", TableFormat.Ndjson))
    {
        foreach (Option option in (Option[])[_dates, _user, _bucket, _buckets, _start, _snapshot, _asOf, _limit])
        {
            Options.Add(option);
        }

        Validators.Add(result =>
        {
            if (result.GetResult(_snapshot) is not null && result.GetResult(_asOf) is not null)
            {
                result.AddError("--snapshot and --as-of both name a state of the table: give one of them.");
            }

            if (result.GetResult(_buckets) is not null && result.GetResult(_user) is null)
            {
                result.AddError("--buckets says into which bucket a user falls: give --user, too, or --bucket alone.");
            }
        });
    }

    protected override async Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken)
    {
        SessionQuery query = new()
        {
            Dates = parsed.GetValue(_dates) ?? [],
            UserId = parsed.GetValue(_user),
            Bucket = parsed.GetValue(_bucket),
            BucketCount = (int?)parsed.GetValue(_buckets),
            StartFrom = parsed.GetValue(_start)?.From,
            StartTo = parsed.GetValue(_start)?.To,
            SnapshotId = parsed.GetValue(_snapshot),
            AsOf = parsed.GetValue(_asOf),
            Limit = parsed.GetValue(_limit),
        };
        TableScan scan = await table.ScanAsync(query, cancellationToken).ConfigureAwait(false);
        switch (parsed.GetValue(Format))
        {
            case TableFormat.Json:
                await WriteJsonAsync(table, scan, query.Limit, cancellationToken).ConfigureAwait(false);
                break;
            case TableFormat.Ndjson:
                await WriteLinesAsync(table, scan, query.Limit, cancellationToken).ConfigureAwait(false);
                Talk.Say(ScanText.Of(scan.Plan.Counts));
                break;
            default:
                await DrawAsync(table, scan, query.Limit, cancellationToken).ConfigureAwait(false);
                break;
        }

        return ExitCodes.Done;
    }

    private static async Task DrawAsync(IcebergSessionTable table, TableScan scan, long? limit, CancellationToken cancellationToken)
    {
        // One more than is shown tells whether there are more.
        List<Session> sessions = [];
        await foreach (Session session in table.ReadAsync(scan, limit ?? SessionsShown + 1, cancellationToken).ConfigureAwait(false))
        {
            sessions.Add(session);
        }

        bool hasMore = limit is null && sessions.Count > SessionsShown;
        TableQueryPicture.Draw(hasMore ? sessions[..SessionsShown] : sessions);
        if (hasMore)
        {
            Talk.Say($"More sessions fit than the {SessionsShown} that are shown: give --limit, or --format ndjson for all.");
        }

        await StandardOutput.WriteLineAsync(ScanText.Of(scan.Plan.Counts)).ConfigureAwait(false);
    }

    private static async Task WriteLinesAsync(IcebergSessionTable table, TableScan scan, long? limit, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        await foreach (ReadOnlyMemory<byte> lines in LinesAsync(table, scan, limit, cancellationToken).ConfigureAwait(false))
        {
            await output.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteJsonAsync(IcebergSessionTable table, TableScan scan, long? limit, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        await using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteStartArray("sessions");
        await foreach (ReadOnlyMemory<byte> lines in LinesAsync(table, scan, limit, cancellationToken).ConfigureAwait(false))
        {
            for (ReadOnlyMemory<byte> rest = lines; !rest.IsEmpty;)
            {
                int end = rest.Span.IndexOf((byte)'\n');
                json.WriteRawValue(rest.Span[..end], skipInputValidation: true);
                rest = rest[(end + 1)..];
            }

            await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        json.WriteEndArray();
        WriteCounts(json, scan.Plan);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        output.WriteByte((byte)'\n');
    }

    private static void WriteCounts(Utf8JsonWriter json, ScanPlan plan)
    {
        ScanCounts counts = plan.Counts;
        if (plan.Snapshot is { } snapshot)
        {
            json.WriteNumber("snapshot_id", snapshot.Id);
        }
        else
        {
            json.WriteNull("snapshot_id");
        }

        json.WriteNumber("manifests", counts.Manifests);
        json.WriteNumber("manifests_total", counts.ManifestsTotal);
        json.WriteNumber("files", counts.Files);
        json.WriteNumber("files_total", counts.FilesTotal);
        json.WriteNumber("delete_files", counts.DeleteFiles);
        json.WriteNumber("row_groups", counts.RowGroups);
        json.WriteNumber("row_groups_total", counts.RowGroupsTotal);
        json.WriteNumber("bytes", counts.Bytes);
        json.WriteNumber("bytes_total", counts.BytesTotal);
        json.WriteNumber("column_bytes_read", counts.ColumnBytes);
    }

    /// <summary>Sessions as lines, some at once.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(
        IcebergSessionTable table, TableScan scan, long? limit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using MemoryStream buffer = new();
        using NdjsonSessionWriter writer = new(buffer);
        SessionBatch batch = new();
        await foreach (Session session in table.ReadAsync(scan, limit, cancellationToken).ConfigureAwait(false))
        {
            batch.Add(session);
            if (batch.Count >= SessionsAtOnce)
            {
                yield return Flush();
            }
        }

        yield return Flush();

        ReadOnlyMemory<byte> Flush()
        {
            buffer.SetLength(0);
            writer.Write(batch);
            batch.Clear();
            return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        }
    }

    private static TimeRange? ReadRange(string text)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return null;
        }

        (string from, string to) = (text[..dots], text[(dots + 2)..]);
        (DateTimeOffset? first, DateTimeOffset? last) = (TimeText.TryRead(from), TimeText.TryRead(to));
        bool isRange = (from.Length == 0) == (first is null) && (to.Length == 0) == (last is null) && (first ?? last) is not null;
        return isRange ? new TimeRange(first, last) : null;
    }

    private static TimeRange? Refuse(Action<string> addError, string text)
    {
        addError($"--where-start: '{TerminalText.Safe(text)}' is no range: give FROM..TO, such as 2024-05-06..2024-05-07 or 2024-05-06T12:00:00Z.., each {TimeText.Forms}.");
        return null;
    }

    private sealed record TimeRange(DateTimeOffset? From, DateTimeOffset? To);
}
