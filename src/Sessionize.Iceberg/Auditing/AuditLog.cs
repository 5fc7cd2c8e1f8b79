using System.Globalization;
using System.Runtime.InteropServices;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Collects what an audit looks at and finds. Not thread-safe.</summary>
internal sealed class AuditLog
{
    // One mistake of a writer is in every file: the first ones tell all that the others would.
    private const int MostOfACode = 200;

    private readonly List<IcebergTableFinding> _findings = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The snapshots whose metadata was read.</summary>
    public int Snapshots { get; set; }

    /// <summary>The manifests that were read.</summary>
    public int Manifests { get; set; }

    /// <summary>The data files whose rows were read.</summary>
    public int DataFiles { get; set; }

    /// <summary>The delete files that were read.</summary>
    public int DeleteFiles { get; set; }

    /// <summary>The rows that were read.</summary>
    public long Rows { get; set; }

    /// <summary>The live rows.</summary>
    public long Sessions { get; set; }

    /// <summary>Notes something that is not as it has to be.</summary>
    public void Add(string code, string place, FormattableString message)
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, code, out _);
        count++;
        if (count <= MostOfACode)
        {
            _findings.Add(new IcebergTableFinding(code, place, message.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Notes two numbers that have to be one.</summary>
    public void Equal(string code, string place, string what, long said, long found)
    {
        if (said != found)
        {
            Add(code, place, $"{what}: {said} is said, and {found} is found.");
        }
    }

    /// <summary>The result.</summary>
    public IcebergTableAudit ToAudit()
    {
        foreach ((string code, int count) in _counts.Where(code => code.Value > MostOfACode))
        {
            _findings.Add(new IcebergTableFinding(code, "table", $"{count - MostOfACode} more of these are not listed."));
        }

        return new IcebergTableAudit(_findings, Snapshots, Manifests, DataFiles, DeleteFiles, Rows, Sessions);
    }
}
