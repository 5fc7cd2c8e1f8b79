using System.Text.Json;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>What a server says of itself at <c>/v1/config</c>. Immutable.</summary>
/// <param name="Defaults">Settings that those of the client replace.</param>
/// <param name="Overrides">Settings that replace those of the client.</param>
/// <param name="Endpoints">The calls that it answers, such as <c>GET /v1/{prefix}/namespaces</c>; <see langword="null"/>: it does not tell.</param>
/// <param name="TakesIdempotencyKeys">Whether it answers a call that is repeated with the same key as it did at first, and does nothing more.</param>
internal sealed record RestConfiguration(
    IReadOnlyDictionary<string, string> Defaults, IReadOnlyDictionary<string, string> Overrides, IReadOnlySet<string>? Endpoints, bool TakesIdempotencyKeys)
{
    /// <summary>Reads the server's answer.</summary>
    /// <exception cref="JsonException">It is no configuration.</exception>
    public static RestConfiguration Read(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !(root.TryGetProperty("defaults", out _) || root.TryGetProperty("overrides", out _)))
        {
            throw new JsonException("It has neither 'defaults' nor 'overrides'.");
        }

        return new RestConfiguration(
            RestJson.Texts(root, "defaults"),
            RestJson.Texts(root, "overrides"),
            root.TryGetProperty("endpoints", out JsonElement endpoints) && endpoints.ValueKind == JsonValueKind.Array
                ? endpoints.EnumerateArray().Where(endpoint => endpoint.ValueKind == JsonValueKind.String).Select(endpoint => endpoint.GetString()!).ToHashSet()
                : null,
            root.TryGetProperty("idempotency-key-lifetime", out JsonElement lifetime) && lifetime.ValueKind == JsonValueKind.String);
    }
}
