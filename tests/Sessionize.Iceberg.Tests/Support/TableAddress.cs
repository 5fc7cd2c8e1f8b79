namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Where other programs find a table. A text is a folder, a metadata file, or a URI of either.</summary>
/// <param name="Location">The folder or metadata file; <see langword="null"/> in a catalog.</param>
/// <param name="Options">What <c>icecheck</c> needs beside it.</param>
public sealed record TableAddress(string? Location, IReadOnlyList<string> Options)
{
    /// <summary>The REST catalog that the table is in.</summary>
    public RestCatalogServer? Rest { get; private init; }

    /// <summary>The table's name in its catalog.</summary>
    public string? Name { get; private init; }

    /// <summary>Where the S3 of the table is.</summary>
    public S3Server? S3 { get; private init; }

    public static implicit operator TableAddress(string location) => new(location, []);

    /// <summary>A table or metadata file on S3.</summary>
    public static TableAddress OnS3(S3Server server, string location) =>
        new(location, ["--s3-endpoint", server.Endpoint, "--access-key", S3Server.AccessKey, "--secret-key", S3Server.SecretKey]) { S3 = server };

    /// <summary>A table in a REST catalog.</summary>
    /// <param name="server">The catalog.</param>
    /// <param name="name">The table, <c>ns.t</c>.</param>
    public static TableAddress InRest(RestCatalogServer server, string name)
    {
        string[] secret = server.Credential is { } credential ? ["--credential", credential] : [];
        return new(null, ["--catalog", "rest", "--uri", server.Uri, "--table", name, .. secret]) { Rest = server, Name = name, S3 = server.S3 };
    }

    /// <summary>A table in a SQL catalog.</summary>
    /// <param name="jdbc">The database, <c>jdbc:sqlite:FILE</c> or <c>jdbc:postgresql://127.0.0.1:PORT/DB</c>.</param>
    /// <param name="catalogName">The name that the catalog's rows have.</param>
    /// <param name="warehouse">Where the tables lie.</param>
    /// <param name="name">The table, <c>ns.t</c>.</param>
    /// <param name="more">More options, such as <c>--user</c>.</param>
    public static TableAddress InSql(string jdbc, string catalogName, string warehouse, string name, params string[] more) =>
        new(null, ["--catalog", "jdbc", "--uri", jdbc, "--catalog-name", catalogName, "--warehouse", warehouse, "--table", name, .. more]) { Name = name };

    /// <summary>The same with more options, such as <c>--prop</c> and its value.</summary>
    public TableAddress With(params string[] more) => this with { Options = [.. Options, .. more] };

    public override string ToString() => Location ?? string.Join(' ', Options);
}
