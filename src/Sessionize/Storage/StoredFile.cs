namespace Sessionize.Storage;

/// <summary>A file as a listing has it.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="LastModified">When it was last written, by the storage's clock.</param>
public readonly record struct StoredFile(string Location, long Length, DateTimeOffset LastModified);
