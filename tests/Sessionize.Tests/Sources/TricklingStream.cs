namespace Sessionize.Tests.Sources;

/// <summary>Gives few bytes at once, as a slow pipe does.</summary>
internal sealed class TricklingStream(byte[] content, int mostAtOnce) : MemoryStream(content)
{
    private readonly Random _random = new(content.Length);

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, _random.Next(mostAtOnce) + 1)]);
}
