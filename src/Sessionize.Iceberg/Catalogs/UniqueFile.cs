using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>Small files whose names nobody else makes, as they hold 122 random bits or more.</summary>
internal static class UniqueFile
{
    /// <summary>Writes a file.</summary>
    /// <remarks>
    /// One plain request: the name's randomness keeps others away, so no conditional write is asked for, which some stores do not know.
    /// </remarks>
    /// <exception cref="SessionizeException">It cannot be written, or whether it was is unknown.</exception>
    public static async ValueTask WriteAsync(IFileStorage storage, string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        StorageWriter writer = await storage.CreateAsync(location, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await writer.Stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
