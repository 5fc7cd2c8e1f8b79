using System.Text.Json;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>A table as a server sends it. Immutable.</summary>
/// <param name="MetadataLocation">Where its metadata lies; <see langword="null"/>, if the server does not tell.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Config">Settings for its storage, and more.</param>
/// <param name="Credentials">Settings for the storage of certain locations.</param>
internal sealed record RestTableAnswer(
    string? MetadataLocation,
    TableMetadata Metadata,
    IReadOnlyDictionary<string, string> Config,
    IReadOnlyList<StorageCredential> Credentials)
{
    /// <summary>Reads the answer to loading, creating or changing a table.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="place">What messages call the metadata, if the server does not tell where it lies.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    /// <exception cref="SessionizeException">The metadata is damaged, or of a version that is not read.</exception>
    public static RestTableAnswer Read(ReadOnlyMemory<byte> body, string place)
    {
        // The metadata may be long: it is cut out as it is, and only the little beside it is held as a document.
        ReadOnlyMemory<byte>? metadata = null;
        string? location = null;
        Dictionary<string, string> config = [];
        IReadOnlyList<StorageCredential> credentials = [];
        Utf8JsonReader json = new(body.Span);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("It is no object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case "metadata":
                    int start = (int)json.TokenStartIndex;
                    json.Skip();
                    metadata = body[start..(int)json.BytesConsumed];
                    break;
                case "metadata-location":
                    location = json.TokenType == JsonTokenType.String ? json.GetString() : null;
                    break;
                case "config":
                    config = RestJson.Texts(JsonElement.ParseValue(ref json));
                    break;
                case StorageCredential.Field:
                    credentials = StorageCredential.Read(JsonElement.ParseValue(ref json));
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return new RestTableAnswer(
            location,
            TableMetadataJson.Read(metadata ?? throw new JsonException("There is no 'metadata' in it."), location ?? place),
            config,
            credentials);
    }

    /// <summary>Reads the answer to asking for credentials anew.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<StorageCredential> ReadCredentials(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(StorageCredential.Field, out JsonElement credentials)
            ? StorageCredential.Read(credentials)
            : throw new JsonException($"There are no '{StorageCredential.Field}' in it.");
    }
}
