namespace Sessionize.Parquet.Events;

/// <summary>A column could not be decoded; the file that it belongs to is said by whoever knows it.</summary>
internal sealed class UnreadableColumnException(string column, Exception cause) : Exception(cause.Message, cause)
{
    public string Column => column;
}
