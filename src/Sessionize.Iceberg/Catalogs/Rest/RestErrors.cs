using System.Text;
using System.Text.Json;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>What servers say when something is wrong, as sentences.</summary>
internal static class RestErrors
{
    private const int LongestText = 300;

    /// <summary>What is thrown of a call that was not done.</summary>
    /// <param name="answer">How it ended.</param>
    /// <param name="what">What could not be done, as a sentence without its end.</param>
    /// <param name="remedy">What to do about a refusal, as a sentence.</param>
    public static SessionizeException Of(RestAnswer answer, string what, string remedy)
    {
        bool isTransient = answer.IsTransient && (answer.IsNotDoneYet || answer.IsUnknown);
        return new SessionizeException($"{what}: {Reason(answer)}. {RemedyOf(answer, remedy)}", answer.Failure, isTransient);
    }

    /// <summary>Why a call was not done, as a part of a sentence.</summary>
    public static string Reason(RestAnswer answer) => answer switch
    {
        { IsSent: false } => $"there is no connection ({Innermost(answer.Failure!)})",
        { Failure: TimeoutException late } => late.Message,
        { Failure: { } failure } => $"the connection broke before the answer was there ({Innermost(failure)})",
        _ when Said(answer.Body) is { } said => $"the server says '{said}' (HTTP {answer.Status})",
        _ => $"the server answers HTTP {answer.Status}",
    };

    /// <summary>The kind of error by Iceberg's names, such as <c>NoSuchTableException</c>; <see langword="null"/>, if the answer is not that of an Iceberg server.</summary>
    public static string? TypeOf(RestAnswer answer) => Parse(answer.Body) is { ValueKind: JsonValueKind.Object } root
        && root.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object ? RestJson.Text(error, "type") ?? "" : null;

    private static string RemedyOf(RestAnswer answer, string remedy) => answer switch
    {
        { IsSent: false, IsTransient: false } =>
            "Make the system trust the server's certificate, or name the authority that signed it in the environment variable SSL_CERT_FILE.",
        { IsSent: false } => "Start the server, or correct the catalog's address.",
        { Failure: not null } or { Status: 429 or 408 or 500 or > 501 } => "Try again later; the server's own log may tell why.",
        _ => remedy,
    };

    // Iceberg's servers say {"error":{"message":…,"type":…}}, OAuth's {"error":…,"error_description":…}, and proxies anything.
    private static string? Said(ReadOnlyMemory<byte> body)
    {
        if (Parse(body) is not { ValueKind: JsonValueKind.Object } root)
        {
            string text = Encoding.UTF8.GetString(body.Span).Trim();
            return Short(text.StartsWith('<') ? TitleOf(text) : text);
        }

        if (!root.TryGetProperty("error", out JsonElement error))
        {
            return RestJson.Text(root, "message") is { } message ? Short(message) : null;
        }

        return error.ValueKind == JsonValueKind.Object
            ? Short(string.Join(": ", new[] { RestJson.Text(error, "type"), RestJson.Text(error, "message") }.OfType<string>()))
            : Short(string.Join(": ", new[] { RestJson.Text(root, "error"), RestJson.Text(root, "error_description") }.OfType<string>()));
    }

    private static string TitleOf(string page)
    {
        int start = page.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        int end = page.IndexOf("</title>", StringComparison.OrdinalIgnoreCase);
        return start >= 0 && end > start ? page[(start + "<title>".Length)..end].Trim() : "";
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Short(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length == 0 ? null : line.Length > LongestText ? $"{line[..LongestText]}…" : line;
    }

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message.TrimEnd('.');
    }
}
