using Microsoft.Win32.SafeHandles;

namespace Sessionize.Parquet.Events;

/// <summary>Opens files of events.</summary>
internal static class EventFileHandle
{
    /// <summary>Opens a file to be read.</summary>
    /// <exception cref="SessionizeException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SessionizeException($"There is no file '{path}': check the name; a pattern such as 'data/*.parquet' may be used.", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new SessionizeException($"'{path}' may not be read: give this user permission to read it.", failure);
        }
        catch (Exception failure) when (failure is IOException or ArgumentException)
        {
            throw new SessionizeException($"Cannot open '{path}': {failure.Message}", failure);
        }
    }
}
