using System.Globalization;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>The settings of a REST catalog's client, by Iceberg's standard names. Immutable.</summary>
internal sealed class RestSettings
{
    private const string DefaultTokenPath = "v1/oauth/tokens";
    private const string HeaderPrefix = "header.";
    private const string TokenUriName = "oauth2-server-uri";
    private const string AuthenticationName = "rest.auth.type";

    // Iceberg's separator of namespace levels in URLs, where the server names none: a character that no name has.
    private const string DefaultSeparator = "%1F";

    private readonly IReadOnlyDictionary<string, string> _properties;

    /// <summary>Reads the settings.</summary>
    /// <param name="properties">All of them, <c>uri</c> among them.</param>
    /// <exception cref="ArgumentException">One has a value that cannot be used.</exception>
    public RestSettings(IReadOnlyDictionary<string, string> properties)
    {
        _properties = properties;
        Uri = Place("uri", properties.GetValueOrDefault("uri") ?? "");
        TokenUri = TokenPlace(properties.GetValueOrDefault(TokenUriName) ?? DefaultTokenPath);
        ConnectTimeout = Milliseconds("rest.client.connection-timeout-ms", 15_000);
        AnswerTimeout = Milliseconds("rest.client.socket-timeout-ms", 60_000);
        Retries = (int)Number("rest.client.max-retries", 5, least: 0, most: 100);
        Authentication = AuthenticationOf(properties);
    }

    /// <summary>Where the catalog is: what stands before <c>/v1</c>, without a slash at its end.</summary>
    public string Uri { get; }

    /// <summary>Where tokens are given out.</summary>
    public Uri TokenUri { get; }

    /// <summary>How long making a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; }

    /// <summary>How long a call may take in all.</summary>
    public TimeSpan AnswerTimeout { get; }

    /// <summary>How often a call is tried again that can be repeated without harm.</summary>
    public int Retries { get; }

    /// <summary>How calls prove who makes them.</summary>
    public RestAuthentication Authentication { get; }

    /// <summary>The warehouse that the server is asked for; <see langword="null"/>: its only one.</summary>
    public string? Warehouse => _properties.GetValueOrDefault("warehouse");

    /// <summary>What follows <c>/v1/</c> in the paths of this warehouse; empty, where the server names nothing.</summary>
    public string Prefix => _properties.GetValueOrDefault("prefix")?.Trim('/') ?? "";

    /// <summary>What stands between the levels of a namespace in URLs, encoded already.</summary>
    public string NamespaceSeparator => _properties.GetValueOrDefault("namespace-separator") is { Length: > 0 } separator ? separator : DefaultSeparator;

    /// <summary>The client's id and secret, <c>id:secret</c>, or the secret alone.</summary>
    public string? Credential => _properties.GetValueOrDefault("credential") is { Length: > 0 } credential ? credential : null;

    /// <summary>A token that was given out elsewhere.</summary>
    public string? Token => _properties.GetValueOrDefault("token") is { Length: > 0 } token ? token : null;

    /// <summary>What tokens are asked for.</summary>
    public string Scope => _properties.GetValueOrDefault("scope") ?? "catalog";

    /// <summary>More that tokens are asked with: <c>audience</c> and <c>resource</c>, where they are set.</summary>
    public IEnumerable<KeyValuePair<string, string>> TokenParameters => _properties.Where(property => property.Key is "audience" or "resource");

    /// <summary>Headers of every call: <c>header.NAME</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers => _properties
        .Where(property => property.Key.StartsWith(HeaderPrefix, StringComparison.Ordinal) && property.Key.Length > HeaderPrefix.Length)
        .Select(property => KeyValuePair.Create(property.Key[HeaderPrefix.Length..], property.Value));

    /// <summary>User and password of basic authentication.</summary>
    public (string User, string Password) BasicCredential =>
        (_properties.GetValueOrDefault("rest.auth.basic.username") ?? "", _properties.GetValueOrDefault("rest.auth.basic.password") ?? "");

    /// <summary>All settings, for the storages of tables.</summary>
    public IReadOnlyDictionary<string, string> Properties => _properties;

    /// <summary>The settings with what the server says: its defaults below them, and its overrides above.</summary>
    public RestSettings With(RestConfiguration configuration)
    {
        Dictionary<string, string> merged = new(configuration.Defaults, StringComparer.Ordinal);
        foreach ((string name, string value) in _properties.Concat(configuration.Overrides))
        {
            merged[name] = value;
        }

        return new RestSettings(merged);
    }

    /// <summary>The settings with a bearer token that the server gave.</summary>
    public RestSettings WithToken(string token) => new(new Dictionary<string, string>(_properties, StringComparer.Ordinal) { ["token"] = token, [AuthenticationName] = "oauth2" });

    /// <summary>Whether tokens of other settings are good for these, too.</summary>
    public bool HasSameIdentity(RestSettings other) => Authentication == other.Authentication && TokenUri == other.TokenUri && Credential == other.Credential
        && Token == other.Token && Scope == other.Scope && BasicCredential == other.BasicCredential;

    private static RestAuthentication AuthenticationOf(IReadOnlyDictionary<string, string> properties) => properties.GetValueOrDefault(AuthenticationName) switch
    {
        null when properties.ContainsKey("credential") || properties.ContainsKey("token") => RestAuthentication.OAuth2,
        null or "none" => RestAuthentication.None,
        "oauth2" => RestAuthentication.OAuth2,
        "basic" => RestAuthentication.Basic,
        { } other => throw new ArgumentException(
            $"The catalog property '{AuthenticationName}' is '{other}'; 'none', 'basic' and 'oauth2' are supported. Use one of these, with 'credential' or 'token' for the last."),
    };

    private static string Place(string name, string value)
    {
        if (!System.Uri.TryCreate(value, UriKind.Absolute, out System.Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"The REST catalog's '{name}' is '{SqlUri.WithoutPassword(value)}'; it has to be the address of the server, such as http://localhost:8181 or https://HOST/api/catalog.");
        }

        _ = WithoutUser(name, uri);
        return value.TrimEnd('/');
    }

    // Addresses stand in messages; what proves who calls has settings of its own.
    private static Uri WithoutUser(string name, Uri uri) => uri.UserInfo.Length == 0 ? uri : throw new ArgumentException(
        $"The REST catalog's '{name}' has a user or password before '@{uri.Host}': leave them out, and set the catalog property 'credential', or "
            + "'rest.auth.type' to 'basic' with 'rest.auth.basic.username' and 'rest.auth.basic.password'.");

    private Uri TokenPlace(string text)
    {
        bool isAddress = text.Contains("://", StringComparison.Ordinal);
        return System.Uri.TryCreate(isAddress ? text : $"{Uri}/{text.TrimStart('/')}", UriKind.Absolute, out System.Uri? place) && place.Scheme is ("http" or "https")
            ? WithoutUser(TokenUriName, place)
            : throw new ArgumentException(
                $"The catalog property '{TokenUriName}' is '{SqlUri.WithoutPassword(text)}'; it has to be an address with http or https, or a path below '{Uri}'.");
    }

    private TimeSpan Milliseconds(string name, long whereNone) => TimeSpan.FromMilliseconds(Number(name, whereNone, least: 1, most: int.MaxValue - 1));

    private long Number(string name, long whereNone, long least, long most) => !_properties.TryGetValue(name, out string? text)
        ? whereNone
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"The catalog property '{name}' is '{text}'; it has to be a whole number from {least} to {most}.");
}
