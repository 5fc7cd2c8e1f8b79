namespace Sessionize.Sources.Files;

/// <summary>Content that is stored as it is.</summary>
internal sealed class PlainDecoder(StoredBytes stored) : IInputDecoder
{
    public int Read(Span<byte> destination)
    {
        if (!stored.TryFill(1))
        {
            return 0;
        }

        ReadOnlySpan<byte> unread = stored.Unread;
        int length = Math.Min(unread.Length, destination.Length);
        unread[..length].CopyTo(destination);
        stored.Skip(length);
        return length;
    }

    public void Dispose()
    {
    }
}
