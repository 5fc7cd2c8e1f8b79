using System.Globalization;
using System.Text;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>A column as readers' scripts see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What the scripts call its type.</param>
/// <param name="DuckDbType">What DuckDB calls its type.</param>
/// <param name="Shown">A session's value as the scripts show it; 64-bit numbers as texts.</param>
/// <param name="Constant">A session's value as the scripts make constants of it.</param>
/// <param name="Ordered">A session's value in the order of the format.</param>
internal sealed record ReaderColumn(
    string Name, string Kind, string DuckDbType, Func<Session, object?> Shown, Func<Session, object?> Constant, Func<Session, object?> Ordered)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";

    public static ReaderColumn Text(string name, Func<Session, string?> value) =>
        new(name, "text", "VARCHAR", value, value, session => value(session) is { } text ? Encoding.UTF8.GetBytes(text) : null);

    public static ReaderColumn Long(string name, Func<Session, long> value) =>
        new(name, "long", "BIGINT", session => $"{value(session)}", session => $"{value(session)}", session => value(session));

    public static ReaderColumn Int(string name, Func<Session, int> value) =>
        new(name, "int", "INTEGER", session => value(session), session => $"{value(session)}", session => value(session));

    public static ReaderColumn Time(string name, Func<Session, DateTimeOffset> value) => new(
        name,
        "time",
        "TIMESTAMPTZ",
        session => $"{value(session).ToUnixTimeMilliseconds() * 1000}",
        session => value(session).UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        session => value(session));

    /// <summary>Compares two values of a column.</summary>
    public static int Compare(object left, object right) =>
        left is byte[] bytes ? bytes.AsSpan().SequenceCompareTo((byte[])right) : Comparer<object>.Default.Compare(left, right);
}
