namespace Sessionize.Sinks;

/// <summary>Writes sessions in one format to the stream that it was made with, which stays open.</summary>
internal interface ISessionWriter : IDisposable
{
    /// <summary>Writes what stands before the first session.</summary>
    void WriteHeader();

    /// <summary>Writes a session.</summary>
    void Write(Session session);

    /// <summary>Hands all that was written to the stream.</summary>
    void Flush();
}
