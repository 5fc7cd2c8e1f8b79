using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>Pruning never loses a row: random filters over random files, beside looking at every row.</summary>
public sealed class PruningLawTests
{
    private const int Files = 20_000;
    private const int Ids = 3;

    private static readonly PrimitiveKind[] s_kinds =
    [
        PrimitiveKind.Int, PrimitiveKind.Long, PrimitiveKind.String, PrimitiveKind.Date, PrimitiveKind.TimestampTz, PrimitiveKind.Double,
        PrimitiveKind.Uuid, PrimitiveKind.Decimal, PrimitiveKind.Binary, PrimitiveKind.Boolean,
    ];

    [Fact]
    public void MayFit_RandomFilesAndFilters_NeverLosesARow()
    {
        int pruned = 0;
        int fitting = 0;
        for (int seed = 1; seed <= Files; seed++)
        {
            Random random = new(seed);
            RandomFile file = RandomFile.Make(random);
            RowFilter filter = file.Filter(random, depth: 0);
            RowFilter projected = new PartitionProjection(file.Spec, file.Schema).Project(filter);
            bool isLeft = projected.MayFit(file.PartitionRange) && projected.MayFit(file.SummaryRange) && filter.MayFit(file.ColumnRange);
            bool fits = file.Rows.Exists(row => filter.Fits(id => row[id - 1]));

            Assert.True(isLeft || !fits, $"seed {seed}: {file.Spec.Fields[0].Transform} of {file.Schema.Find(file.Spec.Fields[0].SourceId)!.Type}");
            pruned += isLeft ? 0 : 1;
            fitting += fits ? 1 : 0;
        }

        // Otherwise the law would hold of one that always says yes, or of filters that nothing fits.
        Assert.True(pruned > Files / 10, $"only {pruned} files were passed over");
        Assert.True(fitting > Files / 10, $"only {fitting} files had a row that fits");
    }

    [Fact]
    public void MayFit_LeastIntsTruncatedPastTheirType_AreNotLost()
    {
        PartitionField field = new(1, 1000, "x_trunc", new Transform(TransformKind.Truncate, 10));
        IcebergSchema schema = new(0, [new IcebergField(1, "x", new PrimitiveType(PrimitiveKind.Int))]);
        object partition = TransformValues.Apply(field.Transform, new PrimitiveType(PrimitiveKind.Int), int.MinValue)!;
        PartitionProjection projection = new(new PartitionSpec(0, [field]), schema);

        foreach (ComparisonKind kind in (ComparisonKind[])[ComparisonKind.Less, ComparisonKind.LessOrEqual])
        {
            Assert.True(projection.Project(new RowFilter.Compare(1, kind, -5)).MayFit(_ => ValueRange.Of(partition)));
        }

        Assert.True(projection.Project(new RowFilter.Compare(1, ComparisonKind.GreaterOrEqual, int.MinValue)).MayFit(_ => ValueRange.Of(7)));
    }

    [Fact]
    public void MayFit_TimesBefore1970OfEarlyWriters_AreNotLost()
    {
        // Hour -1 ends at the epoch; writers before Iceberg 0.11 rounded towards it.
        PartitionField field = new(1, 1000, "t_hour", new Transform(TransformKind.Hour));
        IcebergSchema schema = new(0, [new IcebergField(1, "t", new PrimitiveType(PrimitiveKind.TimestampTz))]);
        RowFilter projected = new PartitionProjection(new PartitionSpec(0, [field]), schema).Project(new RowFilter.Compare(1, ComparisonKind.Equal, -1L));

        Assert.True(projected.MayFit(_ => ValueRange.Of(-1)));
        Assert.True(projected.MayFit(_ => ValueRange.Of(0)));
        Assert.False(projected.MayFit(_ => ValueRange.Of(1)));
    }

    private sealed record RandomFile(IcebergSchema Schema, PartitionSpec Spec, List<object?[]> Rows)
    {
        public static RandomFile Make(Random random)
        {
            IcebergField[] fields = [.. Enumerable.Range(1, Ids).Select(id => new IcebergField(id, $"c{id}", TypeOf(s_kinds[random.Next(s_kinds.Length)])))];
            IcebergField source = fields[random.Next(Ids)];
            Transform transform = TransformOf(random, (PrimitiveType)source.Type);
            PartitionSpec spec = new(0, [new PartitionField(source.Id, 1000, "p", transform)]);
            List<object?[]> rows = [];
            object? partition = null;
            for (int tries = random.Next(1, 40); tries > 0; tries--)
            {
                object?[] row = [.. fields.Select(field => random.Next(6) == 0 ? null : Value(random, ((PrimitiveType)field.Type).Kind))];
                object? value = row[source.Id - 1] is { } present ? TransformValues.Apply(transform, source.Type, present) : null;
                if (rows.Count == 0 || Equals(partition, value))
                {
                    partition = value;
                    rows.Add(row);
                }
            }

            return new RandomFile(new IcebergSchema(0, fields), spec, rows) { Partition = partition };
        }

        public object? Partition { get; private init; }

        public ValueRange? PartitionRange(int fieldId) => fieldId == 1000 ? ValueRange.Of(Partition) : null;

        /// <summary>As a manifest has it that has other files, too.</summary>
        public ValueRange? SummaryRange(int fieldId) => fieldId == 1000
            ? ValueRange.Between(Partition is null, Partition is not null, CellValues.IsNan(Partition) ? null : Partition, CellValues.IsNan(Partition) ? null : Partition)
            : null;

        /// <summary>As a manifest has it: bounds of texts and bytes cut, NaN in none.</summary>
        public ValueRange? ColumnRange(int fieldId)
        {
            object[] values = [.. Rows.Select(row => row[fieldId - 1]).OfType<object>()];
            object[] ordered = [.. values.Where(value => !CellValues.IsNan(value)).Order(Comparer<object>.Create(CellValues.Compare))];
            return ValueRange.Between(
                values.Length < Rows.Count, values.Length > 0, ordered.Length == 0 ? null : Cut(ordered[0], up: false), ordered.Length == 0 ? null : Cut(ordered[^1], up: true));
        }

        public RowFilter Filter(Random random, int depth)
        {
            int id = random.Next(1, Ids + 1);
            PrimitiveKind kind = ((PrimitiveType)Schema.Find(id)!.Type).Kind;
            return random.Next(depth > 2 ? 3 : 6) switch
            {
                0 => new RowFilter.IsNull(id),
                1 => RowFilter.In(id, Enumerable.Range(0, random.Next(1, 4)).Select(_ => ValueFor(random, id, kind))),
                3 => new RowFilter.All([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Filter(random, depth + 1))]),
                4 => new RowFilter.Any([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Filter(random, depth + 1))]),
                5 => new RowFilter.IsNotNull(id),
                _ => new RowFilter.Compare(id, (ComparisonKind)random.Next(6), ValueFor(random, id, kind)),
            };
        }

        /// <summary>Half of the time a value that is in the file.</summary>
        private object ValueFor(Random random, int id, PrimitiveKind kind) =>
            random.Next(2) == 0 && Rows[random.Next(Rows.Count)][id - 1] is { } value ? value : Value(random, kind);

        private static object Cut(object bound, bool up)
        {
            switch (bound)
            {
                case string text when new StringInfoRunes(text) is { Count: > 2 } runes:
                    return up ? runes.Prefix(1) + char.ConvertFromUtf32(0x10FFFF) : runes.Prefix(2);
                case BinaryValue { Bytes.Length: > 2 } bytes:
                    return up
                        ? new BinaryValue([.. bytes.Bytes.Take(2), .. Enumerable.Repeat((byte)0xFF, bytes.Bytes.Length)])
                        : new BinaryValue([.. bytes.Bytes.Take(2)]);
                default:
                    return bound;
            }
        }

        private static PrimitiveType TypeOf(PrimitiveKind kind) => new(kind) { Precision = kind == PrimitiveKind.Decimal ? 20 : 0, Scale = kind == PrimitiveKind.Decimal ? 2 : 0 };

        private static Transform TransformOf(Random random, PrimitiveType type)
        {
            Transform[] all =
            [
                new(TransformKind.Identity), new(TransformKind.Bucket, random.Next(1, 20)), new(TransformKind.Truncate, random.Next(1, 12)), new(TransformKind.Year),
                new(TransformKind.Month), new(TransformKind.Day), new(TransformKind.Hour), new(TransformKind.Void),
            ];
            Transform[] possible = [.. all.Where(transform => TransformValues.Supports(transform, type))];
            return possible[random.Next(possible.Length)];
        }

        private static object Value(Random random, PrimitiveKind kind)
        {
            int small = random.Next(-30, 30);
            return kind switch
            {
                PrimitiveKind.Int => random.Next(12) switch { 0 => int.MinValue + random.Next(3), 1 => int.MaxValue - random.Next(3), _ => small },
                PrimitiveKind.Long => random.Next(12) switch { 0 => long.MinValue + random.Next(3), 1 => long.MaxValue - random.Next(3), _ => (long)small },
                PrimitiveKind.Date => small * 20,
                PrimitiveKind.TimestampTz => (small * 1_800_000_000L) + random.Next(-1, 2),
                PrimitiveKind.Double => random.Next(10) switch { 0 => double.NaN, 1 => -0.0, 2 => double.NegativeInfinity, _ => small / 4.0 },
                PrimitiveKind.Uuid => new Guid(random.Next(2) == 0 ? small : 0, 0, 0, [(byte)random.Next(3), 0, 0, 0, 0, 0, 0, 0]),
                PrimitiveKind.Decimal => (Int128)small,
                PrimitiveKind.Binary => new BinaryValue([.. Enumerable.Range(0, random.Next(5)).Select(_ => (byte)random.Next(250, 256))]),
                PrimitiveKind.Boolean => random.Next(2) == 0,
                _ => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(5) switch { 0 => "\uFFFD", 1 => "😀", 2 => "é", _ => "a" })),
            };
        }
    }

    /// <summary>A text by its characters, which may be two <see cref="char"/>s each.</summary>
    private readonly struct StringInfoRunes(string text)
    {
        private readonly Rune[] _runes = [.. text.EnumerateRunes()];

        public int Count => _runes.Length;

        public string Prefix(int count) => string.Concat(_runes.Take(count).Select(rune => rune.ToString()));
    }
}
