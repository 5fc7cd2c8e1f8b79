using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Gathers what a manifest list says of a manifest's partitions.</summary>
/// <param name="types">The types of the spec's values.</param>
internal sealed class PartitionSummaries(IReadOnlyList<PrimitiveType> types)
{
    private readonly Summary[] _summaries = new Summary[types.Count];

    /// <summary>Takes a file's partition.</summary>
    public void Add(PartitionKey partition)
    {
        for (int index = 0; index < _summaries.Length; index++)
        {
            _summaries[index].Add(types[index], partition.Values[index]);
        }
    }

    /// <summary>The summaries, one for each field of the spec.</summary>
    public IReadOnlyList<FieldSummary> ToList() => [.. _summaries.Select((summary, index) => summary.Of(types[index]))];

    private struct Summary
    {
        private bool _hasNull;
        private bool _hasNan;
        private object? _least;
        private object? _greatest;

        public void Add(PrimitiveType type, object? value)
        {
            switch (value)
            {
                case null:
                    _hasNull = true;
                    break;
                case float.NaN or double.NaN:
                    _hasNan = true;
                    break;
                default:
                    _least = _least is null || SingleValue.Compare(type, value, _least) < 0 ? value : _least;
                    _greatest = _greatest is null || SingleValue.Compare(type, value, _greatest) > 0 ? value : _greatest;
                    break;
            }
        }

        public readonly FieldSummary Of(PrimitiveType type) => new(
            _hasNull,
            _hasNan,
            _least is null ? null : SingleValue.ToBytes(type, _least),
            _greatest is null ? null : SingleValue.ToBytes(type, _greatest));
    }
}
