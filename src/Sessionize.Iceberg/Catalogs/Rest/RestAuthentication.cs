namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>How calls of a REST catalog prove who makes them.</summary>
internal enum RestAuthentication
{
    /// <summary>Not at all, or by a header that is set.</summary>
    None,

    /// <summary>By a user's name and password.</summary>
    Basic,

    /// <summary>By a bearer token, which is given, or got with the client's id and secret.</summary>
    OAuth2,
}
