using System.Buffers;
using System.Globalization;
using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>The folders that data files of a partition lie in, as Iceberg Java names them: <c>session_date=2024-01-01/user_hash_bucket=-48</c>.</summary>
internal static class PartitionPath
{
    private static readonly SearchValues<byte> s_unescaped = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_"u8);

    /// <summary>The folders of a partition, below the table's data.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="schema">A schema that has the spec's columns.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The path, without a slash at either end; empty of a table that is not partitioned.</returns>
    public static string Of(PartitionSpec spec, IcebergSchema schema, PartitionKey partition)
    {
        StringBuilder path = new();
        for (int index = 0; index < spec.Fields.Count; index++)
        {
            PartitionField field = spec.Fields[index];
            if (index > 0)
            {
                path.Append('/');
            }

            Escape(path, field.Name);
            path.Append('=');
            Escape(path, TextOf(field.Transform, schema.FindNested(field.SourceId)?.Type, partition.Values[index]));
        }

        return path.ToString();
    }

    /// <summary>What people are shown of a partition value, such as <c>2024-01-01-05</c> of an hour.</summary>
    /// <param name="transform">The transform that made it.</param>
    /// <param name="source">The type of the column; <see langword="null"/>: it is gone.</param>
    /// <param name="value">The value.</param>
    public static string TextOf(Transform transform, IcebergType? source, object? value) => (transform.Kind, value) switch
    {
        (TransformKind.Void, _) or (_, null) => "null",
        (TransformKind.Year, int year) => Invariant($"{1970 + year:0000}"),
        (TransformKind.Month, int month) => Month(month),
        (TransformKind.Day, int day) => HumanValue.Date(day),
        (TransformKind.Hour, int hour) => Hour(hour),
        _ => HumanValue.Of(source is null ? null : TransformValues.ResultType(transform, source), value),
    };

    private static string Month(int months)
    {
        int year = (int)Math.Floor(months / 12.0);
        return Invariant($"{1970 + year:0000}-{months - (year * 12) + 1:00}");
    }

    private static string Hour(int hours)
    {
        int day = (int)Math.Floor(hours / 24.0);
        return Invariant($"{HumanValue.Date(day)}-{hours - (day * 24):00}");
    }

    /// <summary>As forms of web pages are encoded: a space becomes a plus.</summary>
    private static void Escape(StringBuilder path, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        foreach (byte letter in utf8)
        {
            if (s_unescaped.Contains(letter))
            {
                path.Append((char)letter);
            }
            else if (letter == ' ')
            {
                path.Append('+');
            }
            else
            {
                path.Append('%').Append(letter.ToString("X2", CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
