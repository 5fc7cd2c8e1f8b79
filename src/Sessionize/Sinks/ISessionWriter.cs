namespace Sessionize.Sinks;

/// <summary>Writes sessions in one format to the stream that it was made with, which stays open.</summary>
internal interface ISessionWriter : IDisposable
{
    /// <summary>Writes sessions; all bytes are in the stream afterwards.</summary>
    void Write(SessionBatch rows);
}
