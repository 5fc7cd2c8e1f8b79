using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet.Tests.Support;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Reads data files with Parquet.Net, in the order of their rows.</summary>
internal static class ReadDataFile
{
    /// <summary>Reads the rows: for each column of the file its value as Iceberg has it.</summary>
    public static async Task<List<Dictionary<string, object?>>> RowsAsync(byte[] file, IcebergSchema schema)
    {
        using MemoryStream stream = new(file);
        List<Dictionary<string, object?>> rows = [];
        foreach (Dictionary<string, object?[]> rowGroup in await ReadSessions.ColumnsAsync(stream))
        {
            int count = rowGroup.First().Value.Length;
            for (int row = 0; row < count; row++)
            {
                rows.Add(rowGroup.ToDictionary(column => column.Key, column => Value(column.Value[row], schema.Find(column.Key)!)));
            }
        }

        return rows;
    }

    private static object? Value(object? value, IcebergField field) => (value, (field.Type as PrimitiveType)?.Kind) switch
    {
        (DateTime date, PrimitiveKind.Date) => DateOnly.FromDateTime(date).DayNumber - new DateOnly(1970, 1, 1).DayNumber,
        (DateTime time, _) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        (List<object?> list, _) => (string[])[.. list.Cast<string>()],
        _ => value,
    };
}
