namespace Sessionize.Storage;

/// <summary>What Unix knows a file by.</summary>
internal readonly record struct UnixFile(ulong Device, ulong Inode, bool IsRegular);
