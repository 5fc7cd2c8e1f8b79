using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Auditing;

/// <summary>Sound tables, damaged in one place each: the audit names it.</summary>
[Collection(FixtureTables.Collection)]
public sealed class TableAuditorTests(FixtureTables tables, IceCheck java)
{
    private const int EventCountId = 8;
    private const int DurationId = 7;
    private const int PagesElementId = 12;

    private static readonly Dictionary<string, Func<TableDamage, Task>> s_damages = new()
    {
        ["record-count"] = damage => Do(() => damage.EditFile(file => file with { RecordCount = file.RecordCount + 1 })),
        ["value-count"] = damage => Do(() => damage.EditFile(file => file with { ValueCounts = With(file.ValueCounts, EventCountId, 77) })),
        ["value-count of a list"] = damage => Do(() => damage.EditFile(file => file with { ValueCounts = With(file.ValueCounts, PagesElementId, 77) })),
        ["null-count"] = damage => Do(() => damage.EditFile(file => file with { NullValueCounts = With(file.NullValueCounts, EventCountId, 1) })),
        ["nan-count"] = damage => Do(() => damage.EditFile(file => file with { NanValueCounts = With(file.NanValueCounts, DurationId, 1) })),
        ["column-bound too high"] = damage => Do(() => damage.EditFile(file => file with { LowerBounds = With(file.LowerBounds, EventCountId, BitConverter.GetBytes(1000L)) })),
        ["column-bound too low"] = damage => Do(() => damage.EditFile(file => file with { UpperBounds = With(file.UpperBounds, 1, Encoding.UTF8.GetBytes("user-00")) })),
        ["column-bound of no type"] = damage => Do(() => damage.EditFile(file => file with { UpperBounds = With(file.UpperBounds, EventCountId, (byte[])[1, 2, 3]) })),
        ["file-size"] = damage => Do(() => damage.EditFile(file => file with { FileSizeInBytes = file.FileSizeInBytes + 1 })),
        ["partition-value"] = damage => Do(() => damage.EditFile(file => file with { Partition = new PartitionKey(["2024-01-09", file.Partition.Values[1]]) })),
        ["partition-summary"] = damage => Do(() => damage.EditFirst(manifest => manifest with
        {
            Partitions = [new FieldSummary(false, false, "2023-01-01"u8.ToArray(), "2023-01-01"u8.ToArray()), manifest.Partitions![1]],
        })),
        ["manifest-counts"] = damage => Do(() => damage.EditFirst(manifest => manifest with { AddedFilesCount = manifest.AddedFilesCount + 1 })),
        ["manifest-counts of rows"] = damage => Do(() => damage.EditFirst(manifest => manifest with { ExistingRowsCount = manifest.ExistingRowsCount + 1 })),
        ["file-size of a manifest"] = damage => Do(() => damage.EditFirst(manifest => manifest with { Length = manifest.Length + 1 })),
        ["sequence-number"] = damage => Do(() => damage.EditFirst(manifest => manifest with { MinSequenceNumber = 99, SequenceNumber = 99 })),
        ["duplicate-file"] = damage => Do(() => damage.EditList(manifests => [.. manifests, manifests[0]])),
        ["duplicate-session"] = damage => Do(() => damage.EditList(manifests => [.. manifests, manifests[0]])),
        ["summary-total"] = damage => Do(() => damage.EditSummary("total-records", "18")),
        ["summary-total no number"] = damage => Do(() => damage.EditSummary("total-data-files", "many")),
        ["metadata"] = damage => Do(() => damage.EditMetadata(metadata => metadata with { SnapshotLog = [.. metadata.SnapshotLog.SkipLast(1)] })),
        ["sequence-number of the table"] = damage => Do(() => damage.EditMetadata(metadata => metadata with { LastSequenceNumber = 2 })),
        ["required-null"] = damage => Do(() => damage.EditMetadata(metadata => metadata with
        {
            Schemas = [.. metadata.Schemas.Select(schema => schema with { Fields = [.. schema.Fields.Select(field => field with { IsRequired = field.Name == "pages_visited" })] })],
        })),
        ["orphan-file"] = async damage => File.Copy(await damage.DataFileAsync(), await damage.DataFileAsync() + ".left.parquet"),
        ["file-missing"] = async damage => File.Delete(await damage.DataFileAsync()),
        ["file-unreadable"] = async damage =>
        {
            string file = await damage.DataFileAsync();
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes.AsSpan(8, 200).Fill(0xEE);
            await File.WriteAllBytesAsync(file, bytes);
        },
        ["file-size of a file that was cut"] = async damage =>
        {
            string file = await damage.DataFileAsync();
            byte[] bytes = await File.ReadAllBytesAsync(file);
            await File.WriteAllBytesAsync(file, bytes[..^10]);
        },
        ["manifest-list"] = damage => Do(() => File.Delete(damage.ManifestList())),
        ["manifest"] = damage => Do(() => damage.EditFirst(manifest => manifest with { Path = manifest.Path + ".gone" })),
        ["manifest that is none"] = damage => Do(() => damage.EditFirst(manifest =>
        {
            File.WriteAllText(FileLocations.ToPath(manifest.Path), "no Avro");
            return manifest;
        })),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The kinds of damage: the code that the audit gives, and which of several.</summary>
    public static TheoryData<string> Damages => [.. s_damages.Keys];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task AuditAsync_DamagedInOnePlace_NamesIt(string kind)
    {
        string folder = await tables.WritableAsync("user_sessions_partitioned");
        await s_damages[kind](new TableDamage(folder));

        IcebergTableAudit audit = await AuditAsync(folder);

        Assert.False(audit.IsSound);
        Assert.Contains(kind.Split(' ')[0], audit.Findings.Select(finding => finding.Code));
        Assert.All(audit.Findings, finding => Assert.False(string.IsNullOrWhiteSpace(finding.Place) || string.IsNullOrWhiteSpace(finding.Message)));
    }

    [Fact]
    public async Task AuditAsync_RewrittenAsAWriterWould_IsSound()
    {
        // Otherwise the rewriting itself would be what the other tests find.
        string folder = await tables.WritableAsync("user_sessions_partitioned");
        TableDamage damage = new(folder);
        damage.EditFile(file => file);
        damage.EditMetadata(metadata => metadata);

        Assert.Empty((await AuditAsync(folder)).Findings);
    }

    [Fact]
    public async Task AuditAsync_SessionAppendedTwice_NamesSessionAndFiles()
    {
        using TemporaryFolder temporary = new();
        string folder = temporary.File("t");
        await java.CreateAsync(folder, """{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"uuid","required":false,"type":"string"},{"id":2,"name":"session_id","required":false,"type":"string"}]}""");
        await java.AppendAsync(folder, """{"uuid":"u","session_id":"u_session_1_0"}""" + "\n" + """{"uuid":"u","session_id":"u_session_2_0"}""");
        await java.AppendAsync(folder, """{"uuid":"u","session_id":"u_session_2_0"}""");

        IcebergTableFinding finding = Assert.Single((await AuditAsync(folder)).Findings);

        Assert.Equal("duplicate-session", finding.Code);
        Assert.Equal("u_session_2_0", finding.Place);
        Assert.Equal(2, finding.Message.Split(".parquet").Length - 1);

        // One of the two deleted, the table is sound again.
        await java.DeleteAsync(folder, "session_id = 'u_session_2_0'", "--mode", "equality", "--columns", "session_id");
        await java.AppendAsync(folder, """{"uuid":"u","session_id":"u_session_2_0"}""");
        Assert.Empty((await AuditAsync(folder)).Findings);
    }

    private static async Task<IcebergTableAudit> AuditAsync(string folder)
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(folder);
        return await table.VerifyAsync(Token);
    }

    private static Dictionary<int, T> With<T>(IReadOnlyDictionary<int, T>? metrics, int id, T value) => new(metrics ?? new Dictionary<int, T>()) { [id] = value };

    private static Task Do(Action damage)
    {
        damage();
        return Task.CompletedTask;
    }
}
