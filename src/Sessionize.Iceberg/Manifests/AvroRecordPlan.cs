namespace Sessionize.Iceberg.Manifests;

/// <summary>Which Iceberg field each field of a record in a file is: by its id, or by its name where the writer gave no ids, as ClickHouse does not.</summary>
internal sealed class AvroRecordPlan
{
    /// <summary>A field that is none that is read.</summary>
    public const int Skipped = -1;

    private readonly int[] _ids;

    /// <summary>Makes a plan.</summary>
    /// <param name="record">The record of the file.</param>
    /// <param name="names">The ids of the fields by name.</param>
    public AvroRecordPlan(AvroType record, IReadOnlyDictionary<string, int> names)
    {
        Fields = record.Fields;
        _ids = [.. record.Fields.Select(field => field.Id ?? names.GetValueOrDefault(field.Name, Skipped))];
    }

    /// <summary>The fields, in the order of the file.</summary>
    public IReadOnlyList<AvroField> Fields { get; }

    /// <summary>The Iceberg ids of the fields, in the order of the file.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Finds a field.</summary>
    /// <returns>The field; <see langword="null"/>, if the file has none of that id.</returns>
    public AvroField? Find(int id) => Array.IndexOf(_ids, id) is >= 0 and int index ? Fields[index] : null;
}
