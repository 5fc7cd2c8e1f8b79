using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Commits;

/// <summary>The value of <see cref="SummaryKeys.Lanes"/>: the lanes themselves, or the name, length and SHA-256 of a file that has them.</summary>
/// <remarks>Metadata holds the summaries of all snapshots, and is written anew by each commit: hundreds of lanes do not belong there.</remarks>
internal static class LaneRecord
{
    /// <summary>The longest value that stands in the summary itself.</summary>
    public const int MostInlineBytes = 4096;

    private static readonly TimeSpan s_underWay = TimeSpan.FromDays(1);

    /// <summary>Makes the value of a commit, and its file if it needs one.</summary>
    /// <param name="table">The table.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="lanes">All its lanes.</param>
    /// <param name="name">The file's name without ending; nobody else writes one of that name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async ValueTask<string> WriteAsync(
        CatalogTable table, string pipeline, PipelineLanes lanes, string name, CancellationToken cancellationToken)
    {
        byte[] json = lanes.ToJson();
        if (json.Length <= MostInlineBytes)
        {
            return Encoding.UTF8.GetString(json);
        }

        string location = $"{Folder(table, pipeline)}/{name}.json";
        await UniqueFile.WriteAsync(table.Storage, location, json, cancellationToken).ConfigureAwait(false);

        return $$"""{"file":"{{JsonEncodedText.Encode(location)}}","length":{{json.Length.ToString(CultureInfo.InvariantCulture)}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(json))}}"}""";
    }

    /// <summary>Reads the lanes that a value stands for.</summary>
    /// <exception cref="SessionizeException">It is damaged, or its file is missing or damaged.</exception>
    public static async ValueTask<PipelineLanes> ReadAsync(CatalogTable table, string value, CancellationToken cancellationToken)
    {
        if (FileOf(value) is not var (location, length, sha256))
        {
            return PipelineLanes.Read(Encoding.UTF8.GetBytes(value), $"the newest snapshot of {table.Name}");
        }

        ReadOnlyMemory<byte> json = await table.Storage.TryReadAsync(location, cancellationToken).ConfigureAwait(false)
            ?? throw new SessionizeException(
                $"'{location}' is missing, which holds the lanes' positions for {table.Name}. Restore it, or roll the table back to a snapshot whose file is there.");
        return json.Length == length && Convert.ToHexStringLower(SHA256.HashData(json.Span)) == sha256
            ? PipelineLanes.Read(json, $"'{location}'")
            : throw new SessionizeException(
                $"'{location}', which holds the lanes' positions for {table.Name}, has {json.Length} bytes and is not what was written ({length} bytes). Restore it, or roll the table back.");
    }

    /// <summary>The file that a value names, if it names one.</summary>
    public static (string Location, long Length, string Sha256)? FileOf(string value)
    {
        if (!value.StartsWith('{'))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(value);
            return (json.RootElement.GetProperty("file").GetString() ?? "", json.RootElement.GetProperty("length").GetInt64(), json.RootElement.GetProperty("sha256").GetString() ?? "");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SessionizeException($"The summary's lanes are damaged: {failure.Message.TrimEnd('.')}. Roll the table back to the snapshot before.", failure);
        }
    }

    /// <summary>The files that a snapshot's lanes are in.</summary>
    public static IEnumerable<string> FilesOf(Snapshot snapshot) =>
        from pipeline in SummaryKeys.Pipelines(snapshot.Summary)
        let value = snapshot.Summary.GetValueOrDefault(SummaryKeys.Lanes(pipeline))
        where value is not null
        let file = FileOf(value)
        where file is not null
        select file.Value.Location;

    /// <summary>Deletes a pipeline's files that no snapshot names any more, after a day: one that is younger may belong to a commit under way.</summary>
    /// <remarks>As well as can be: nothing depends on it.</remarks>
    public static async ValueTask RemoveUnnamedAsync(CatalogTable table, string pipeline, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<string> named = [.. table.Metadata.Snapshots.SelectMany(FilesOf)];
        if (named.Count == 0)
        {
            return;
        }

        try
        {
            List<string> unnamed = [];
            await foreach (StoredFile file in table.Storage.ListAsync(Folder(table, pipeline), cancellationToken).ConfigureAwait(false))
            {
                if (file.LastModified < now - s_underWay && !named.Contains(file.Location))
                {
                    unnamed.Add(file.Location);
                }
            }

            await table.Storage.DeleteAsync(unnamed, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // Who may not list or delete leaves a few files behind.
        }
    }

    /// <summary>Tables of one warehouse may have pipelines of one name.</summary>
    private static string Folder(CatalogTable table, string pipeline) => $"{TableFolders.Pipeline(table, pipeline)}/lanes/{table.Metadata.TableUuid}";
}
