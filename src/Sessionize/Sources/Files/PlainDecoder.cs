namespace Sessionize.Sources.Files;

/// <summary>Content that is stored as it is.</summary>
internal sealed class PlainDecoder(StoredBytes stored) : IInputDecoder
{
    public int Read(Span<byte> destination) => stored.Take(destination);

    public void Dispose()
    {
    }
}
