using Npgsql;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>Understands where a SQL catalog is, as users of Java and of Python write it, too.</summary>
internal static class SqlUri
{
    private const string Expected = "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
    private const string JdbcPrefix = "jdbc:";
    private const string UserProperty = "jdbc.user";
    private const string PasswordProperty = "jdbc.password";

    /// <summary>The database of a URI. Nothing is connected to.</summary>
    /// <param name="uri">
    /// <c>sqlite:///FILE</c>, with a fourth slash if FILE begins with one; <c>postgresql://…</c>; or the URI of a JDBC driver.
    /// </param>
    /// <param name="properties">May have <c>jdbc.user</c> and <c>jdbc.password</c>.</param>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static SqlDatabase Open(string uri, IReadOnlyDictionary<string, string> properties)
    {
        string plain = uri.StartsWith(JdbcPrefix, StringComparison.OrdinalIgnoreCase) ? uri[JdbcPrefix.Length..] : uri;
        bool isJdbc = plain.Length < uri.Length;
        int colon = plain.IndexOf(':', StringComparison.Ordinal);

        // Python names a driver behind a plus.
        string scheme = colon < 0 ? "" : plain[..colon].ToLowerInvariant().Split('+')[0];
        return scheme switch
        {
            "sqlite" => new SqliteDatabase(SqlitePath(uri, plain[(colon + 1)..], isJdbc)),
            "postgresql" or "postgres" => new PostgresDatabase(PostgresSettings(uri, plain[(colon + 1)..], properties)),
            _ => throw new ArgumentException($"CatalogUri is '{WithoutPassword(uri)}', which names no database that can hold a catalog: {Expected}."),
        };
    }

    /// <summary>The URI as messages may have it.</summary>
    public static string WithoutPassword(string uri)
    {
        // Up to the last '@': a password with a slash that nobody escaped is one still.
        int start = uri.IndexOf("//", StringComparison.Ordinal) + 2;
        int at = start < 2 ? -1 : uri.LastIndexOf('@');
        int colon = at < start ? -1 : uri.IndexOf(':', start, at - start);
        string shown = colon < 0 ? uri : $"{uri[..(colon + 1)]}***{uri[at..]}";
        foreach (string name in (string[])["password=", "pwd=", "psw="])
        {
            int parameter = shown.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            shown = parameter < 0 ? shown : shown[..(parameter + name.Length)] + "***";
        }

        return shown;
    }

    private static string SqlitePath(string uri, string rest, bool isJdbc)
    {
        string path = rest.Split('?')[0];
        if (isJdbc)
        {
            path = path.StartsWith("file:", StringComparison.Ordinal) ? path["file:".Length..] : path;
        }
        else
        {
            path = path.StartsWith("///", StringComparison.Ordinal) ? path[3..] : "";
        }

        return path.Length > 0 && path != ":memory:" ? path : throw new ArgumentException(
            $"CatalogUri is '{uri}', which names no file that others could open, too: write sqlite:///FILE, with a fourth slash if FILE begins with one.");
    }

    private static NpgsqlConnectionStringBuilder PostgresSettings(string uri, string rest, IReadOnlyDictionary<string, string> properties)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            throw Unclear();
        }

        string[] parts = rest[2..].Split('?', 2);
        int slash = parts[0].IndexOf('/', StringComparison.Ordinal);
        if ((slash >= 0 && parts[0].IndexOf('@', slash) >= 0) || (parts.Length > 1 && parts[1].Split('=')[0].Contains('@', StringComparison.Ordinal)))
        {
            throw new ArgumentException($"CatalogUri is '{WithoutPassword(uri)}', whose password or name has a '/' or '?': write %2F or %3F for it, and %40 for '@'.");
        }

        string authority = slash < 0 ? parts[0] : parts[0][..slash];
        int at = authority.LastIndexOf('@');
        NpgsqlConnectionStringBuilder settings = new() { Host = "localhost", Port = 5432 };
        if (at >= 0)
        {
            string[] user = authority[..at].Split(':', 2);
            settings.Username = Uri.UnescapeDataString(user[0]);
            settings.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null;
        }

        string place = authority[(at + 1)..];
        int bracket = place.LastIndexOf(']');
        int portColon = place.IndexOf(':', Math.Max(bracket, 0));
        string host = Uri.UnescapeDataString(portColon < 0 ? place : place[..portColon]).Trim('[', ']');
        settings.Host = host.Length > 0 ? host : settings.Host;
        if (portColon >= 0)
        {
            settings.Port = int.TryParse(place.AsSpan(portColon + 1), out int port) && port is > 0 and < 65_536 ? port : throw Unclear();
        }

        foreach (string parameter in parts.Length > 1 ? parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            string[] pair = parameter.Split('=', 2);
            Set(settings, uri, Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "true");
        }

        settings.Username = properties.GetValueOrDefault(UserProperty) ?? settings.Username ?? Environment.UserName;
        settings.Password = properties.GetValueOrDefault(PasswordProperty) ?? settings.Password;
        settings.Database = slash >= 0 && slash + 1 < parts[0].Length ? Uri.UnescapeDataString(parts[0][(slash + 1)..]) : settings.Username;
        return settings;

        ArgumentException Unclear() => new($"CatalogUri is '{WithoutPassword(uri)}', which cannot be understood: {Expected}.");
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string uri, string name, string value)
    {
        // By the names of PostgreSQL's own clients, and of its JDBC driver; others are those of Npgsql.
        string keyword = name switch
        {
            "user" => "Username",
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "connect_timeout" or "connectTimeout" => "Timeout",
            "application_name" or "ApplicationName" => "Application Name",
            "currentSchema" => "Search Path",
            _ => name,
        };
        try
        {
            settings[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            throw new ArgumentException($"The parameter '{name}' of CatalogUri '{WithoutPassword(uri)}' cannot be used: {failure.Message.TrimEnd('.')}. Correct or remove it.", failure);
        }
    }
}
