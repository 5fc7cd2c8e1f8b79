namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>The addresses of a REST catalog's calls.</summary>
/// <param name="settings">With what the server said of itself.</param>
internal sealed class RestPaths(RestSettings settings)
{
    // A prefix may come with characters that have no place in an address.
    private readonly string _root = new Uri(settings.Prefix.Length > 0 ? $"{settings.Uri}/v1/{settings.Prefix}/namespaces" : $"{settings.Uri}/v1/namespaces").AbsoluteUri;

    /// <summary>Where a server says what it is.</summary>
    public static Uri Configuration(RestSettings settings) =>
        new(settings.Warehouse is { } warehouse ? $"{settings.Uri}/v1/config?warehouse={Uri.EscapeDataString(warehouse)}" : $"{settings.Uri}/v1/config");

    /// <summary>All namespaces.</summary>
    public Uri Namespaces() => Made(_root);

    /// <summary>The tables of a namespace.</summary>
    public Uri Tables(TableName name) => Made($"{_root}/{Encoded(name.Namespace)}/tables");

    /// <summary>A table.</summary>
    public Uri Table(TableName name) => Made($"{_root}/{Encoded(name.Namespace)}/tables/{Uri.EscapeDataString(name.Name)}");

    /// <summary>Where new credentials for a table's files are got.</summary>
    public Uri Credentials(TableName name) => Made($"{_root}/{Encoded(name.Namespace)}/tables/{Uri.EscapeDataString(name.Name)}/credentials");

    /// <summary>An address that the server names, full or below its own.</summary>
    public Uri Named(string place) => Made(Uri.TryCreate(place, UriKind.Absolute, out Uri? absolute) && absolute.Scheme is "http" or "https"
        ? place
        : $"{settings.Uri}/{place.TrimStart('/')}");

    // As it is: a server that separates levels by %2E may not take a dot for it.
    private static Uri Made(string address) => new(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private string Encoded(IEnumerable<string> levels) => string.Join(settings.NamespaceSeparator, levels.Select(Uri.EscapeDataString));
}
