namespace Sessionize.Sources.Files;

/// <summary>Gives the content of an input, decompressed.</summary>
internal interface IInputDecoder : IDisposable
{
    /// <summary>Reads on.</summary>
    /// <returns>How many bytes; 0 at the end, and only there.</returns>
    /// <exception cref="SessionizeException">The input ends too early, or is damaged.</exception>
    int Read(Span<byte> destination);
}
