namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>A call. Immutable, so that it can be sent again.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Uri">The address.</param>
internal sealed record RestRequest(HttpMethod Method, Uri Uri)
{
    /// <summary>What a form's content is called.</summary>
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>The body, if there is one.</summary>
    public byte[]? Body { get; init; }

    /// <summary>What the body is.</summary>
    public string BodyType { get; init; } = "application/json";

    /// <summary>Headers of this call; they take precedence over those of all calls.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether it does no harm when it is done twice.</summary>
    public bool IsRepeatable { get; init; }
}
